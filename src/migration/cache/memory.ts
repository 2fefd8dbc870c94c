import { dirname, join, resolve } from 'node:path';
import { programIdentity } from './identity.ts';
import { sha256 } from './sha.ts';
import { fileStore } from './store.ts';
import type { Store } from './store.ts';

/** What earlier runs of the linter found out: the verdicts on each file, and what the parser said to each text. */
export type LintMemory = { readonly verdicts: Store; readonly parses: Store; readonly save: () => void };

/** The memory in this directory for the files of one folder, told apart by the first of them. */
export function lintMemory(directory: string, files: readonly string[]): LintMemory {
  const identity = programIdentity();
  const name = sha256(dirname(resolve(files[0] ?? '.'))).slice(0, 32);
  const verdicts = fileStore(join(directory, `${name}.verdicts`), identity);
  const parses = fileStore(join(directory, `${name}.parses`), identity);
  return {
    verdicts,
    parses,
    save: () => {
      verdicts.save();
      parses.save();
    },
  };
}
