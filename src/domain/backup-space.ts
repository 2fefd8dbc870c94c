import { compressionText, type Compression } from './backup-form.ts';

/** A dump shrinks, but a disk that fills up leaves a partial file that looks whole (F15). */
const GROWTH = 1.5;
/** What the first dump may take of the database when it is packed: indexes are not in it. */
const FIRST_SHARE = 4;

export type SpaceQuestion = {
  readonly free: number;
  readonly total: number;
  /** Bytes of the last backup of this database; null before the first. */
  readonly last: number | null;
  readonly database: number;
  readonly compression: Compression;
  /** The share of the disk that must stay free, more than which is required (R33). */
  readonly keepFree: number;
};

export type SpaceRefusal =
  | { readonly code: 'no_room'; readonly free: number; readonly needed: number; readonly because: string }
  | { readonly code: 'disk_would_be_full'; readonly free: number; readonly needed: number; readonly share: number; readonly limit: number };

/** Null when the disk takes the next backup and more than the limit stays free: exactly the limit is too little (R33). */
export function spaceRefused({ free, total, last, database, compression, keepFree }: SpaceQuestion): SpaceRefusal | null {
  const { bytes, because } = expectedBackup({ last, database, compression });
  const needed = last === null ? bytes : bytes * GROWTH;
  if (free < needed) return { code: 'no_room', free, needed, because };
  const share = (free - bytes) / total;
  return share > keepFree ? null : { code: 'disk_would_be_full', free, needed: bytes, share, limit: keepFree };
}

/** Bytes that the next backup is expected to take, and why: like the last one that was packed alike, or a share of the database before it. */
export function expectedBackup({ last, database, compression }: Pick<SpaceQuestion, 'last' | 'database' | 'compression'>): {
  readonly bytes: number;
  readonly because: string;
} {
  if (last !== null) return { bytes: last, because: '1.5 × the last one' };
  if (compression.method === 'none')
    return { bytes: database, because: `the database, as compression: ${compressionText(compression)} shrinks nothing` };
  return { bytes: database / FIRST_SHARE, because: 'a quarter of the database' };
}

/** The refusal with its numbers, for the operator. */
export function spaceSentence(refusal: SpaceRefusal, directory: string): string {
  const advice = 'Free some space or choose another directory. The database was not touched.';
  const { free, needed } = refusal;
  if (refusal.code === 'no_room')
    return `${directory} has ${inBytes(free)} free and the next backup needs ${inBytes(needed)} (${refusal.because}). ${advice}`;
  const left = (refusal.share * 100).toFixed(1);
  return (
    `${directory} has ${inBytes(free)} free, of which the next backup takes about ${inBytes(needed)}: ${left}% of the disk would stay free, ` +
    `and more than ${Number((refusal.limit * 100).toFixed(1))}% must. ${advice}`
  );
}

/** Bytes as people read them: `812 B`, `3.4 MB`, `120 GB`. */
export function inBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
