import type { Edge } from './imports.ts';

/** What each folder may import from this project. The first row that matches a file counts. */
const MAY_IMPORT: readonly { readonly folder: RegExp; readonly may: readonly RegExp[]; readonly packages: readonly RegExp[] }[] = [
  { folder: /^src\/domain\//, may: [/^src\/domain\//], packages: [] },
  { folder: /^src\/ports(\.ts$|\/)/, may: [/^src\/domain\//, /^src\/ports\//], packages: [] },
  { folder: /^src\/clock\.ts$/, may: [/^src\/domain\//], packages: [/^node:perf_hooks$/] },
  { folder: /^src\/(usecases|worker)\//, may: [/^src\/(domain|usecases|worker)\//, /^src\/ports\.ts$/], packages: [] },
  {
    folder: /^src\/slack\/render\//,
    may: [/^src\/domain\//, /^src\/slack\/render\//, /^src\/slack\/actions\.ts$/, /^src\/usecases\//, /^src\/ports\.ts$/],
    packages: [/^@slack\/types$/],
  },
  {
    folder: /^(handlers|src\/cli|src\/http)\//,
    may: [
      /^src\/(domain|usecases)\//,
      /^src\/slack\/(render\/|actions\.ts)/,
      /^src\/ports\.ts$/,
      /^src\/clock\.ts$/,
      /^(handlers|src\/cli|src\/http)\//,
    ],
    packages: [/^@slack\/(bolt|types|web-api)$/, /^commander$/, /^node:/, /^node-cron$/],
  },
  { folder: /^checks\//, may: [/^src\/domain\//, /^src\/ports\.ts$/, /^checks\//], packages: [] },
  ...['ledger', 'migration', 'target', 'sources', 'slack'].map((name) => ({
    folder: new RegExp(`^src/${name}/`),
    may: [
      /^src\/domain\//,
      /^src\/ports\.ts$/,
      /^src\/clock\.ts$/,
      new RegExp(`^src/${name}/`),
      ...(name === 'slack' ? [/^src\/usecases\//] : []),
    ],
    packages: [/./],
  })),
  { folder: /^src\/config\//, may: [/^src\/(domain|config)\//, /^src\/ports\.ts$/], packages: [/./] },
  { folder: /^src\/(app\.ts$|log\.ts$|version\.ts$|bin\/|processes\/)/, may: [/^(src|handlers|checks)\//], packages: [/./] },
];

/** Packages that only some folders may name, wherever the table would allow them. */
const RESERVED: readonly { readonly name: RegExp; readonly only: RegExp }[] = [
  { name: /^pg$/, only: /^(src\/(ledger|target|sources)|test|playground|bench)\// },
  { name: /^zod$/, only: /^(src\/(config|sources|target)|test|playground|bench)\// },
];

/** Why this import is against the flow; null when it is not. */
export function violation({ from, to }: Edge): string | null {
  if (/^(test|playground|bench)\//.test(from)) return null;
  if (/^(test|playground|bench)\//.test(to)) return `${from} imports ${to}: the program never imports test, bench or playground`;
  const reserved = RESERVED.find((entry) => entry.name.test(to));
  if (reserved !== undefined && !reserved.only.test(from)) return `${from} imports ${to}, which is kept to ${reserved.only.source}`;
  const row = MAY_IMPORT.find((entry) => entry.folder.test(from));
  if (row === undefined) return /^(src|handlers|checks)\//.test(from) ? `${from} lies in no folder of the table` : null;
  const inside = /^(src|handlers|checks)\//.test(to);
  const allowed = (inside ? row.may : row.packages).some((pattern) => pattern.test(to));
  return allowed ? null : `${from} imports ${to}`;
}
