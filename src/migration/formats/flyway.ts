import { createHash } from 'node:crypto';
import { compareVersions, sameVersion } from '../../domain/formats.ts';
import type { Script } from '../../domain/plan.ts';
import { problemAt, problemOf } from '../problem.ts';
import { flywayChecksum } from './flyway-checksum.ts';
import type { Arranged, Change, MigrationFormat, Misplaced } from './format.ts';
import { besideFolder, unplaced } from './paired.ts';

const PATTERN = /^(?<kind>[VUBR])(?<version>[\d._]*)__(?<name>[^/]+)\.sql$/;
const EXPECTED = 'V<version>__<name>.sql, U<version>__<name>.sql or R__<name>.sql, e.g. V2.1__lead_index.sql';
const CALLBACK = /^(before|after)[A-Z]\w*\.sql$/;

type Kind = 'V' | 'U' | 'R';
type Named = { readonly script: Script; readonly kind: Kind; readonly version: string; readonly name: string };

/**
 * Flyway: `V` versioned, `U` their undoing, `R` repeatable, in any depth of folders. Versions are compared part by part, 1.10 after
 * 1.9; repeatables come last and again whenever their text changes. `executeInTransaction=false` in `<file>.conf` lets every
 * statement commit by itself. Refuses placeholders, callbacks and baselines: what would run is not what is read. The way back
 * of a repeatable, or of a version without its U, lies as `down/<file name>`.
 */
export const flywayFormat: MigrationFormat = {
  name: 'flyway',
  reads: (path) => /\.sql(\.conf)?$/.test(path),
  arrange,
  checksums: (bytes) => [String(flywayChecksum(bytes))],
};

function arrange(scripts: readonly Script[]): Arranged {
  const problems: Misplaced[] = [];
  const conf = new Map(scripts.filter(({ path }) => path.endsWith('.conf')).map(({ path, text }) => [path.replace(/\.conf$/, ''), text]));
  const beside = new Map<string, Script>();
  const files: Named[] = [];
  for (const script of scripts) {
    if (script.path.endsWith('.conf')) continue;
    const { part, file } = besideFolder(script.path);
    const named = nameOf(script, file.slice(file.lastIndexOf('/') + 1));
    if (typeof named === 'string') problems.push(problemOf(script.path, named));
    else if (named === null) problems.push(unplaced(script.path, EXPECTED));
    else if (part === 'up') files.push(named);
    else beside.set(`${part} ${file}`, script);
    if (named !== null && typeof named !== 'string') problems.push(...placeholders(script, conf.get(script.path), named));
  }
  const versioned = arrangeVersioned(files);
  const changes = [...versioned.changes, ...repeatables(files)].map((change) => withConf(withBeside(change, beside), conf));
  const used = new Set(changes.flatMap(({ down, validate }) => [down?.path, validate?.path]));
  const lost = [...beside.values()].filter(({ path }) => !used.has(path));
  const alone = lost.map(({ path }) =>
    problemOf(path, 'there is no migration of this file name that lacks it. Rename or remove this file.'),
  );
  return { changes, problems: [...problems, ...versioned.problems, ...alone] };
}

/** What a file name says; a sentence when Flyway gives it a meaning that cannot be had here; null when it says nothing. */
function nameOf(script: Script, file: string): Named | string | null {
  if (CALLBACK.test(file))
    return 'is a callback of Flyway, which runs at its every call. Put its statements into a migration, or remove it.';
  const groups = PATTERN.exec(file)?.groups;
  if (groups === undefined) return null;
  const { kind, version = '', name = '' } = groups;
  if (kind === 'B') return 'is a baseline migration of Flyway, for empty databases only. Remove it here; the versions before it are kept.';
  if ((kind === 'R') !== (version === '')) return null;
  if (kind === 'R') return { script, kind, version: name, name };
  const dotted = version.replaceAll('_', '.');
  return /^\d+(\.\d+)*$/.test(dotted) && kind !== undefined ? { script, kind: kind as Kind, version: dotted, name } : null;
}

function arrangeVersioned(files: readonly Named[]): Arranged {
  const ups = files.filter(({ kind }) => kind === 'V').sort((a, b) => compareVersions(a.version, b.version) ?? 0);
  const problems: Misplaced[] = [];
  const changes: Change[] = [];
  for (const [index, up] of ups.entries()) {
    const before = ups[index - 1];
    if (before !== undefined && sameVersion(before.version, up.version)) {
      const message = `version ${up.version} is already taken by ${before.script.path}. Give one of them another version.`;
      problems.push({ ...problemOf(up.script.path, message), version: up.version });
      continue;
    }
    const down = files.find(({ kind, version }) => kind === 'U' && sameVersion(version, up.version))?.script ?? null;
    changes.push({ version: up.version, name: up.name, up: up.script, down, validate: null });
  }
  for (const undo of files.filter(({ kind }) => kind === 'U')) {
    if (!ups.some(({ version }) => sameVersion(version, undo.version)))
      problems.push(problemOf(undo.script.path, `there is no V${undo.version} that it could undo. Add it, or remove this file.`));
  }
  return { changes, problems };
}

function repeatables(files: readonly Named[]): readonly Change[] {
  return files
    .filter(({ kind }) => kind === 'R')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ script, name }) => ({
      version: `R__${name}@${createHash('sha256').update(script.text).digest('hex').slice(0, 8)}`,
      name,
      up: script,
      down: null,
      validate: null,
      key: `R__${name.replaceAll('_', ' ')}`,
      repeatable: true,
    }));
}

function withBeside(change: Change, beside: ReadonlyMap<string, Script>): Change {
  const at = (part: string) => beside.get(`${part} ${change.up.path}`) ?? null;
  return { ...change, down: change.down ?? at('down'), validate: at('validate') };
}

function withConf(change: Change, conf: ReadonlyMap<string, string>): Change {
  const outside = /^\s*executeInTransaction\s*=\s*false\b/im.test(conf.get(change.up.path) ?? '');
  return outside ? { ...change, eachCommits: true } : change;
}

/** `${…}` is replaced by Flyway before the server sees it, in strings and bodies too. */
function placeholders(script: Script, conf: string | undefined, { kind, version }: Named): readonly Misplaced[] {
  if (/^\s*placeholderReplacement\s*=\s*false\b/im.test(conf ?? '')) return [];
  const at = script.text.search(/\$\{[^}\s]+\}/);
  if (at === -1) return [];
  const message =
    'a placeholder that Flyway would replace, so nobody could approve what will run. Write the value, or switch replacement off in the .conf of this file.';
  return [{ ...problemAt(script, at, message), ...(kind === 'R' ? {} : { version }) }];
}
