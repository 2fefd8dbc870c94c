import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setImmediate as others } from 'node:timers/promises';
import type { AdoptableFile } from '../domain/adoption.ts';
import type { CatalogState } from '../domain/catalog.ts';
import { byVersion, type FormatName } from '../domain/formats.ts';
import type { Migration, Script } from '../domain/plan.ts';
import type { FileProblem, MigrationSource, ReadAdoptable, ReadMigrations } from '../ports.ts';
import { textOf } from './file-text.ts';
import type { Change, MigrationFormat, Misplaced } from './formats/format.ts';
import { formatOf } from './formats/index.ts';
import { withGaps } from './gaps.ts';
import { migrationOf, NO_FILE, type ReadMigration } from './migration.ts';
import { overtaken } from './overtaken.ts';
import { parseFile } from './parse.ts';
import type { ParsedFile, Part } from './parse.ts';
import { loadParser } from './parser.ts';
import { problemOf } from './problem.ts';

export type MigrationSourceOptions = {
  readonly directory: string;
  /** Major version of the server the verdicts are for; asked at every read that judges something. */
  readonly serverMajor: () => Promise<number>;
  readonly format?: FormatName;
  readonly catalog?: () => Promise<CatalogState>;
};

/** Everything of a directory: each change with what could be read of it, and the mistakes of the layout. */
export type ReadDirectory = {
  readonly changes: readonly (ReadMigration & { readonly change: Change })[];
  readonly problems: readonly Misplaced[];
  /** The same change, judged for the schema that is there by now. */
  readonly judged: (change: Change, catalog: CatalogState) => Migration;
};

/**
 * The migrations of a directory. Files are read afresh every time, because they may be edited between planning and
 * approval; a file whose bytes did not change is not parsed again. Refuses with every problem of every file, skips nothing.
 */
export function migrationSource(options: MigrationSourceOptions): MigrationSource {
  const { directory, format: name = 'native' } = options;
  const format = formatOf(name);
  const look = reader(options);
  return {
    format: name,
    async read(history): Promise<ReadMigrations> {
      const asked = Promise.resolve(history?.applied ?? []);
      // Awaited behind the files; until then a failure is nobody's.
      asked.catch(() => undefined);
      const { changes, problems: misplaced } = await look(asked);
      const applied = await asked;
      const row = byVersion(applied, ({ version }) => version);
      const problems = [
        ...misplaced.filter(({ version }) => version === undefined || row(version) === undefined),
        ...changes.flatMap((read) => read.problems),
        ...overtaken(
          changes.map(({ change }) => change),
          applied,
        ),
      ];
      if (problems.length > 0) return { ok: false, problems };
      return {
        ok: true,
        migrations: withGaps(
          changes.map(({ migration }) => migration),
          applied,
        ),
      };
    },
    async adoptable(): Promise<ReadAdoptable> {
      const files = await readScripts(directory, format);
      const { changes, problems } = format.arrange(files.scripts);
      return { files: changes.map((change) => adoptable(change, format, files.bytes)), problems: [...files.problems, ...problems] };
    },
  };
}

/**
 * Every change of a directory that is SQL, each with its own problems: for a rehearsal, which has a verdict on each however the others fare.
 * A migration with problems lacks the statements of the file they name.
 */
export async function readDirectory(options: MigrationSourceOptions): Promise<ReadDirectory> {
  const { changes, ...others } = await reader(options)([]);
  return { changes: changes.filter(({ change }) => change.program !== true), ...others };
}

type Applied = readonly { readonly version: string }[];
/** The version of the server where nothing is judged for it. */
const NOBODY_ASKS = 0;
type ToRead = { readonly path: string; readonly text: string };

/** Reads a directory again and again, and remembers what it parsed. */
function reader(options: MigrationSourceOptions): (applied: Applied | Promise<Applied>) => Promise<ReadDirectory> {
  const { directory, format: name = 'native' } = options;
  const format = formatOf(name);
  const foreign = name !== 'native';
  let parsed = new Map<string, ParsedFile>();
  return async (applied) => {
    const files = await readScripts(directory, format);
    const arranged = format.arrange(files.scripts);
    const row = byVersion(await applied, ({ version }) => version);
    // Nothing is judged of what is applied, so server and schema are asked only when something is not.
    const judges = arranged.changes.some(({ version }) => row(version) === undefined);
    const live = judges ? ([options.serverMajor(), options.catalog?.()] as const) : ([NOBODY_ASKS, undefined] as const);
    const [parser, serverMajor, catalog] = await Promise.all([loadParser(), ...live]);
    const seen = new Map<string, ParsedFile>();
    const parse = (script: ToRead, part: Part, change: Change): ParsedFile => {
      const eachCommits = change.eachCommits === true;
      const key = `${part} ${eachCommits} ${script.path} ${sha256(script.text)}`;
      const file = parsed.get(key) ?? parseFile(parser, { ...script, part, foreign, eachCommits: eachCommits && part === 'up' });
      seen.set(key, file);
      return file;
    };
    let state = catalog;
    const changes = arranged.changes.map((change) => {
      const known = row(change.version) !== undefined;
      // What is applied runs no more: only its validation does. Rollbacks that never parsed must not stop what is new.
      const read = known ? (script: ToRead, part: Part) => (part === 'up' ? NO_FILE : parse(script, part, change)) : parse;
      const wanted = known || change.program === true ? { ...change, up: { ...change.up, text: '' }, down: null } : change;
      const {
        migration,
        problems,
        catalog: after,
      } = migrationOf(wanted, { serverMajor, parse: read, ...(state === undefined ? {} : { catalog: state }) });
      state = after;
      const unreadable = files.problems.filter(({ path }) => path === wanted.up.path || path === wanted.down?.path);
      return {
        change,
        problems: known ? problems : [...unreadable, ...problems],
        migration: wanted !== change ? { ...migration, up: change.up, down: change.down } : migration,
      };
    });
    parsed = seen;
    const judged = (change: Change, now: CatalogState) => migrationOf(change, { serverMajor, parse, catalog: now }).migration;
    const ofChanges = new Set(arranged.changes.flatMap(({ up, down }) => [up.path, down?.path]));
    return { changes, judged, problems: [...files.problems.filter(({ path }) => !ofChanges.has(path)), ...arranged.problems] };
  };
}

function adoptable(change: Change, format: MigrationFormat, bytes: ReadonlyMap<string, Uint8Array>): AdoptableFile {
  const { version, name, key = version, up, down, repeatable = false } = change;
  const content = bytes.get(up.path);
  const checksums = content === undefined ? [] : (format.checksums?.(content) ?? []);
  return { version, name, key, up, down, checksums, repeatable };
}

type Files = {
  readonly scripts: readonly Script[];
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly FileProblem[];
};

/** Every file below the directory that the layout reads, in the order of its path, with the digest of its bytes. */
async function readScripts(directory: string, { reads = isSql }: MigrationFormat): Promise<Files> {
  const scripts: Script[] = [];
  const contents = new Map<string, Uint8Array>();
  const problems: FileProblem[] = [];
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    const names = paths.sort().map((path) => relative(directory, path).replaceAll(sep, '/'));
    for (const some of inLots(names.filter(reads))) {
      await others();
      for (const name of some) {
        const bytes = readFileSync(join(directory, name));
        const { text, problems: found } = textOf(name, bytes);
        problems.push(...found);
        scripts.push({ path: name, text, sha256: sha256(bytes) });
        contents.set(name, bytes);
      }
    }
  } catch (error) {
    problems.push(problemOf(directory, unreadable(error)));
  }
  return { scripts, bytes: contents, problems };
}

/**
 * So many files are read at a stretch before everybody else has their turn. A small file is read several times faster at once than
 * through a thread, and there are thousands of them whenever somebody asks for the status.
 */
const STRETCH = 64;

function inLots(names: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / STRETCH) }, (_, lot) => names.slice(lot * STRETCH, (lot + 1) * STRETCH));
}

function isSql(path: string): boolean {
  return /\.sql$/i.test(path);
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const path = error instanceof Error && 'path' in error ? ` (${String(error.path)})` : '';
  return `the migrations cannot be read: ${code}${path}. Nothing was planned; check the directory of migrations in the settings.`;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
