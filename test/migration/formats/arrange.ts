import { formatOf } from '../../../src/migration/formats/index.ts';
import type { FormatName } from '../../../src/domain/formats.ts';
import type { Arranged, Change } from '../../../src/migration/formats/format.ts';

/** Files by their path; a list of paths when the texts do not matter. */
export type Files = readonly string[] | Readonly<Record<string, string>>;

/** What a layout makes of files; those it does not read are left out, as they are on disk. */
export function arranged(format: FormatName, files: Files): Arranged {
  const { reads = (path: string) => path.endsWith('.sql'), arrange } = formatOf(format);
  const entries: readonly (readonly [string, string])[] = Array.isArray(files) ? files.map((path) => [path, '']) : Object.entries(files);
  return arrange(entries.filter(([path]) => reads(path)).map(([path, text]) => ({ path, text, sha256: `of ${text}` })));
}

/** `version name up-path down-path` of each change in its order. */
export function order(format: FormatName, files: Files): readonly string[] {
  const { changes, problems } = arranged(format, files);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return changes.map(({ version, name, up, down }) => [version, name, up.path, down?.path ?? '-'].join(' '));
}

/** The messages of what is wrong. */
export function problems(format: FormatName, files: Files): readonly string[] {
  return arranged(format, files).problems.map(({ message }) => message);
}

/** The only change of one file. */
export function only(format: FormatName, path: string, text: string): Change {
  const { changes, problems: wrong } = arranged(format, { [path]: text });
  const [change, ...others] = changes;
  if (change === undefined || others.length > 0 || wrong.length > 0) throw new Error(JSON.stringify({ changes, wrong }));
  return change;
}
