import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One import, as paths from the root; a package keeps its name, e.g. `pg` or `node:fs`. */
export type Edge = { readonly from: string; readonly to: string };

// The formatter writes every import the same way, so a pattern reads them all, types included; no parser of npm reads both
// `import type` under TypeScript 7 and `using` declarations.
const IMPORTS = /^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** Every import of the `.ts` files below the folders of `root`. */
export function importsOf(root: string, folders: readonly string[]): { readonly modules: number; readonly edges: readonly Edge[] } {
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  );
  const edges = files.flatMap((from) =>
    [...readFileSync(join(root, from), 'utf8').matchAll(IMPORTS)].map((match) => ({
      from,
      to: resolved(from, match[1] ?? match[2] ?? match[3] ?? ''),
    })),
  );
  return { modules: files.length, edges };
}

function resolved(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
