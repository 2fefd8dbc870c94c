import { byVersion, compareVersions, sameVersion } from './formats.ts';
import type { Instant } from './instant.ts';
import type { Script } from './plan.ts';

/** A change of the files, as an adoption compares it with the history of another tool. */
export type AdoptableFile = {
  readonly version: string;
  readonly name: string;
  /** What that tool's history calls it. */
  readonly key: string;
  readonly up: Script;
  readonly down: Script | null;
  /** The checksums that tool takes for the same text; none when it keeps none. */
  readonly checksums: readonly string[];
  /** Run again whenever its text changes. */
  readonly repeatable: boolean;
};

/** What the other tool's table says. */
type History = {
  readonly table: string;
  readonly dirty: readonly string[];
  readonly applied: readonly { readonly key: string; readonly checksum: string | null; readonly appliedAt: Instant | null }[];
  readonly upTo: string | null;
};

/** What our own history says already. */
type Recorded = { readonly version: string; readonly name: string; readonly upSha256: string; readonly runId: string };

type Row = {
  readonly version: string;
  readonly name: string;
  readonly upSha256: string;
  readonly appliedAt: Instant | null;
  readonly down: Script | null;
};

export type Adoption =
  | {
      readonly ok: true;
      /** What is to be recorded now. */
      readonly record: readonly Row[];
      /** How many were recorded by an adoption before. */
      readonly already: number;
      /** What the other tool has not applied: it is planned next. */
      readonly pending: readonly { readonly version: string; readonly name: string; readonly path: string }[];
      /** Pending ones that are older than something applied: they stop every plan. */
      readonly late: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * What would be recorded of another tool's history. Refuses a history that is dirty, names what no file is, or was made from other
 * text (where the tool keeps checksums); and a second adoption that contradicts the first. Pure.
 */
export function adoptionOf(files: readonly AdoptableFile[], history: History, recorded: readonly Recorded[]): Adoption {
  const listed = byVersion(history.applied, ({ key }) => key);
  const ours = byVersion(recorded, ({ version }) => version);
  const found = files.map((file) => ({ file, row: rowOf(file, listed(file.key), history) }));
  const applied = found.flatMap(({ file, row }) => (row === null ? [] : [{ file, row }]));
  const problems = [
    ...history.dirty.map((what) => `${history.table}: ${what}. Mend that with its own tool first.`),
    ...unknown(files, history),
    ...drifted(applied, history),
    ...contradictions(applied, history, recorded),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const fresh = applied.filter(({ file }) => ours(file.version) === undefined);
  const newest = found.findLastIndex(({ file, row }) => row !== null && !file.repeatable);
  const pending = found.filter(({ file, row }) => row === null && ours(file.version) === undefined);
  return {
    ok: true,
    record: fresh.map(({ file: { version, name, up, down }, row }) => ({
      version,
      name,
      upSha256: up.sha256,
      appliedAt: row.appliedAt,
      down,
    })),
    already: applied.length - fresh.length,
    pending: pending.map(({ file: { version, name, up } }) => ({ version, name, path: up.path })),
    late: pending.filter(({ file }) => !file.repeatable && files.indexOf(file) < newest).map(({ file }) => file.up.path),
  };
}

type Applied = { readonly file: AdoptableFile; readonly row: History['applied'][number] };

/** The row of a file; one without a checksum when the tool only says up to where it is. A repeatable whose text changed is pending again. */
function rowOf(file: AdoptableFile, row: Applied['row'] | undefined, { upTo }: History): Applied['row'] | null {
  if (row !== undefined) return file.repeatable && !isOf(file, row) ? null : row;
  const order = upTo === null || file.repeatable ? null : compareVersions(numberOf(file.version), upTo);
  return order !== null && order <= 0 ? { key: file.key, checksum: null, appliedAt: null } : null;
}

function isOf({ checksums }: AdoptableFile, { checksum }: Applied['row']): boolean {
  return checksum !== null && checksums.includes(checksum);
}

/** Two files of one number carry their names in the version; the number is before it. */
function numberOf(version: string): string {
  return /^\d+(?=_)/.exec(version)?.[0] ?? version;
}

function unknown(files: readonly AdoptableFile[], { table, applied, upTo }: History): readonly string[] {
  const file = byVersion(files, ({ key }) => key);
  const strangers = applied.map(({ key }) => key).filter((key) => file(key) === undefined);
  // A version "up to" that no file has: files are missing, or these are other files.
  if (upTo !== null && !files.some((file) => sameVersion(numberOf(file.version), upTo)) && applied.length === 0) strangers.push(upTo);
  if (strangers.length === 0) return [];
  return [
    `${table} has ${strangers.join(', ')}, and there is no such file. Bring back what is missing, or say the folder these were applied from.`,
  ];
}

function drifted(applied: readonly Applied[], { table }: History): readonly string[] {
  return applied
    .filter(({ file, row }) => row.checksum !== null && file.checksums.length > 0 && !isOf(file, row))
    .map(
      ({ file, row }) =>
        `${file.up.path} was edited after it was applied: its checksum is ${file.checksums[0]}, and ${table} has ${row.checksum}. Put the applied text back.`,
    );
}

function contradictions(applied: readonly Applied[], { table }: History, recorded: readonly Recorded[]): readonly string[] {
  const ours = byVersion(recorded, ({ version }) => version);
  const still = byVersion(applied, ({ file }) => file.version);
  const other = applied.flatMap(({ file }) => {
    const row = ours(file.version);
    if (row === undefined || row.upSha256 === '' || row.upSha256 === file.up.sha256) return [];
    return [`${file.up.path} is recorded in offpeak.history with another text. Put the text back that was adopted.`];
  });
  const gone = recorded
    .filter(({ version, runId }) => runId === 'adopted' && still(version) === undefined)
    .map(
      ({ version, name }) =>
        `${version}_${name} was adopted before, and ${table} does not have it any more. Somebody undid it: settle that first.`,
    );
  return [...other, ...gone];
}
