/** The layouts of migration files that can be read, one reader each. */
export const FORMATS = [
  'native',
  'golang-migrate',
  'dbmate',
  'flyway',
  'supabase',
  'prisma',
  'sqlx',
  'node-pg-migrate',
  'goose',
  'sqitch',
  'sourcegraph',
  'sql-migrate',
  'diesel',
] as const;
export type FormatName = (typeof FORMATS)[number];

/** The layout of that name; null when there is none. */
export function formatNamed(name: string): FormatName | null {
  return FORMATS.find((format) => format === name) ?? null;
}

/** Where the way back of an up file is expected, as an operator reads it. */
export function wayBackOf(format: FormatName, up: string): string {
  if (format === 'goose' || format === 'dbmate' || format === 'sql-migrate' || format === 'node-pg-migrate')
    return `the down part of ${up}`;
  if (format === 'sqitch') return up.replace(/deploy\/(?=[^/]+$)/, 'revert/');
  if (/(^|\/)(up|migration)\.sql$/.test(up)) return up.replace(/(up|migration)\.sql$/, 'down.sql');
  return up.endsWith('.up.sql') ? up.replace(/\.up\.sql$/, '.down.sql') : `down/${up}`;
}

/**
 * The order of two versions made of numbers, part by part: 7 is 0007, 1.10 comes after 1.9, 1.0 is 1. Null when one of them is no such
 * version: then only the files say what comes first.
 */
export function compareVersions(a: string, b: string): number | null {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (left === null || right === null) return null;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x, y] = [left[index] ?? 0n, right[index] ?? 0n];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** One spelling of a version: 000007 and 7.0 are 7; anything but numbers is itself. */
function plainVersion(version: string): string {
  if (/^\d{1,40}$/.test(version)) return version.replace(/^0+(?=\d)/, '');
  const parts = [...(partsOf(version) ?? [])];
  while (parts.length > 1 && parts.at(-1) === 0n) parts.pop();
  return parts.length === 0 ? version : parts.join('.');
}

/** Whether two versions are one, however they are spelt: a file says 000007 where a history says 7. */
export function sameVersion(a: string, b: string): boolean {
  return a === b || plainVersion(a) === plainVersion(b);
}

/** Finds what belongs to a version among many, however it is spelt; the first when there are several. */
export function byVersion<T>(items: readonly T[], versionOf: (item: T) => string): (version: string) => T | undefined {
  const known = new Map(items.toReversed().map((item) => [plainVersion(versionOf(item)), item]));
  return (version) => known.get(plainVersion(version));
}

function partsOf(version: string): readonly bigint[] | null {
  return /^\d{1,40}([._]\d{1,40})*$/.test(version) ? version.split(/[._]/).map((part) => BigInt(part)) : null;
}
