import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './sha.ts';

/** Every source file that a verdict can depend on; a test holds the imports of the linter against them. */
export const JUDGING_SOURCES = [
  'domain/*.ts',
  'migration/*.ts',
  'migration/cache/*.ts',
  'migration/formats/format.ts',
  'migration/lint/*.ts',
  'ports.ts',
  'ports/*.ts',
] as const;

/**
 * Which program judges: the text of its sources, the grammar's release and the Node.js it runs on. A version number would not do:
 * in a checkout the verdicts change without it.
 */
export function programIdentity(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const grammar = join(dirname(fileURLToPath(import.meta.resolve('libpg-query'))), '..', 'package.json');
  const paths = JUDGING_SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted()).map((path) => join(root, path));
  return sha256([process.version, ...[grammar, ...paths].map((path) => `${path}\n${readFileSync(path, 'utf8')}`)].join('\0'));
}
