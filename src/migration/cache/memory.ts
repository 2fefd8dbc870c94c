import { dirname, join, resolve } from 'node:path';
import { programIdentity } from './identity.ts';
import { sha256 } from './sha.ts';
import { fileStore } from './store.ts';
import type { Store } from './store.ts';

/**
 * What earlier runs of the linter found out: the verdicts on each file, what the parser said to each text, and the schema as it is
 * before and after the last file, which is the one that is edited and followed by a new one.
 */
export type LintMemory = { readonly verdicts: Store; readonly parses: Store; readonly schemas: Store; readonly save: () => void };

/** The memory in this directory for the files of one folder, told apart by the first of them. */
export function lintMemory(directory: string, files: readonly string[]): LintMemory {
  const identity = programIdentity();
  const name = sha256(dirname(resolve(files[0] ?? '.'))).slice(0, 32);
  const verdicts = fileStore(join(directory, `${name}.verdicts`), identity);
  const parses = fileStore(join(directory, `${name}.parses`), identity);
  const schemas = fileStore(join(directory, `${name}.schemas`), identity, { keepsUnused: false });
  return {
    verdicts,
    parses,
    schemas,
    save: () => {
      for (const store of [verdicts, parses, schemas]) store.save();
    },
  };
}
