import type { LintableFile, On } from '../lint-text.ts';
import { decisive } from './decisive.ts';
import { sha256 } from './sha.ts';

/**
 * For each file the key of all that its verdicts depend on. With a live schema that is the schema and every file before it,
 * because each file sees what those left behind; without one it is the file alone.
 */
export function verdictKeys(files: readonly LintableFile[], { serverMajor, catalog }: On): readonly string[] {
  const base = sha256(`${serverMajor}\0${catalog === undefined ? '' : decisive(catalog)}`);
  let before = base;
  return files.map(({ path, text }) => {
    const key = sha256(`${before}\0${path}\0${text}`);
    if (catalog !== undefined) before = key;
    return key;
  });
}
