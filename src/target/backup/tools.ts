import { execa } from 'execa';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** pg_dump and pg_restore as they are started, and the version they report. */
export type Tools = { readonly pgDump: string; readonly pgRestore: string; readonly version: string; readonly major: number };

export type ToolSearch = {
  readonly serverMajor: number;
  /** The configured directory; when set, nothing else is looked at: a wrong setting is never passed over. */
  readonly binDir?: string | undefined;
  /** Parents of one directory per major, with what lies between it and the programs; the system's own unless told. */
  readonly roots?: readonly string[] | undefined;
  /** Whether PATH is looked at last; yes unless told. */
  readonly path?: boolean | undefined;
};

export type FoundTools = { readonly ok: true; readonly tools: Tools } | { readonly ok: false; readonly why: string };

/** Debian, Red Hat and Homebrew keep one directory per major. */
const SYSTEM_ROOTS: readonly string[] = ['/usr/lib/postgresql', '/usr', '/opt/homebrew/opt', '/usr/local/opt'];
const VERSIONED = /^(\d+|pgsql-\d+|postgresql(@\d+)?)$/;

/**
 * Finds pg_dump and pg_restore that can read a server of this major: the configured directory, else the system directories,
 * else PATH. The server's own major is preferred, because a newer pg_restore sends settings that an older server refuses;
 * an older one is refused, because pg_dump cannot read a newer server (F18). `why` says what was looked for, where, and what to install.
 */
export async function findTools(search: ToolSearch): Promise<FoundTools> {
  const { serverMajor, binDir } = search;
  const places = binDir === undefined ? await systemPlaces(search) : [binDir];
  const found = (await Promise.all(places.map(toolsIn))).filter((tools) => tools !== null);
  const usable = found.filter((tools) => tools.major >= serverMajor).toSorted((a, b) => a.major - b.major);
  const best = usable.find((tools) => tools.major === serverMajor) ?? usable.at(-1);
  if (best) return { ok: true, tools: best };
  const looked = places.map((place) => place || 'PATH').join(', ') || 'PATH';
  const older = found.map((tools) => tools.version).join(', ');
  return {
    ok: false,
    why:
      `No pg_dump and pg_restore of version ${serverMajor} or newer. Looked in: ${looked}` +
      `${binDir === undefined ? '' : ' (backup.tools)'}. ${older ? `Found only ${older}, which cannot read a ${serverMajor} server. ` : ''}` +
      `Install them with: apt-get install postgresql-client-${serverMajor}` +
      `${binDir === undefined ? ', or set backup.tools of this target.' : ', and correct or remove backup.tools of this target.'} The database was not touched.`,
  };
}

async function systemPlaces({ roots = SYSTEM_ROOTS, path = true }: ToolSearch): Promise<readonly string[]> {
  const perRoot = await Promise.all(
    roots.map(async (root) => {
      const names = await readdir(root).catch(() => []);
      return names.filter((name) => VERSIONED.test(name)).map((name) => join(root, name, 'bin'));
    }),
  );
  // The empty place is PATH: the program's bare name.
  return [...perRoot.flat(), ...(path ? [''] : [])];
}

async function toolsIn(place: string): Promise<Tools | null> {
  const pgDump = place ? join(place, 'pg_dump') : 'pg_dump';
  const pgRestore = place ? join(place, 'pg_restore') : 'pg_restore';
  if (place && !(await executable(pgDump))) return null;
  const [dump, restore] = await Promise.all([versionOf(pgDump), versionOf(pgRestore)]);
  if (dump === null || restore === null) return null;
  return { pgDump, pgRestore, version: dump.text, major: Math.min(dump.major, restore.major) };
}

async function executable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(program: string): Promise<{ readonly text: string; readonly major: number } | null> {
  const { stdout, failed } = await execa(program, ['--version'], { reject: false });
  const major = failed ? undefined : /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  return major === undefined ? null : { text: stdout.trim(), major: Number(major) };
}
