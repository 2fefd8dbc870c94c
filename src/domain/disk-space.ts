import { inBytes } from './backup-space.ts';
import type { Verdict } from './items.ts';
import { restored, type Rehearsal } from './proof.ts';

/** The disk with the data directory: its free share from 0 to 1, and its free bytes. */
export type DiskFree = {
  readonly share: number;
  readonly bytes: number;
  /** Backups are known to be written to another disk. Absent where they are written here, and where nobody can tell. */
  readonly backupsElsewhere?: true;
};

/** A number of bytes, or why there is none. */
export type Bytes = { readonly bytes: number } | { readonly unknown: string };

/** What a rehearsal says a change adds to the disk; null before a rehearsal has come to its end. */
export type Growth = Bytes | null;

export type DiskQuestion = {
  readonly free: DiskFree;
  /** The share that must stay free, more than which is required. */
  readonly keepFree: number;
  /** The run's backup, or what the next one is expected to take. Not asked for where backups lie elsewhere. */
  readonly backup: Bytes;
  readonly growth: Growth;
};

/**
 * Whether the target's disk has room (R33): more than the share is free, and more than the backup and the rehearsed growth together take;
 * exactly as much is too little. A part that could not be measured is unknown, unless what is known is too much already. Before a
 * rehearsal the growth is not counted, and the words say so. They have every number that is needed.
 */
export function judgeDisk({ free, keepFree, backup, growth }: DiskQuestion): { readonly verdict: Verdict; readonly words: string } {
  const parts = [
    ...(free.backupsElsewhere ? [] : [{ name: 'backup', size: backup }]),
    ...(growth === null ? [] : [{ name: 'rehearsed growth', size: growth }]),
  ];
  const needed = parts.reduce((sum, { size }) => sum + ('bytes' in size ? size.bytes : 0), 0);
  const unknown = parts.flatMap(({ name, size }) => ('unknown' in size ? [`${name} unknown: ${size.unknown}`] : []));
  const tooLittle = !(free.share > keepFree) || !(free.bytes > needed);
  const sizes = parts.flatMap(({ name, size }) => ('bytes' in size ? [`${name} ${inBytes(size.bytes)}`] : []));
  const words = [
    `more than ${inBytes(needed)} needed${sizes.length === 0 ? '' : `: ${sizes.join(' + ')}`}`,
    ...(free.backupsElsewhere ? ['backups lie on another disk'] : []),
    ...(growth === null ? ['growth not counted: no rehearsal measured it yet'] : []),
    ...unknown,
  ];
  const verdict = tooLittle ? 'breach' : unknown.length > 0 ? 'unknown' : 'pass';
  return { verdict, words: words.join('; ') };
}

/**
 * What the ups of this rehearsal added: what the database grew by, and what went to the write-ahead log, which usually lies on the same disk.
 * Null while there is none that came to its end and looked: what a failed one measured is only a part, and older versions did not ask the
 * database. The rehearsal of preparation does.
 */
export function rehearsedGrowth(rehearsal: Rehearsal | null): Growth {
  if (rehearsal?.grewBytes === undefined || !restored(rehearsal) || rehearsal.migrations.some(({ up }) => up !== 'ok')) return null;
  const logs = rehearsal.statements.map(({ walBytes }) => walBytes);
  if (logs.includes(undefined)) return { unknown: 'this rehearsal did not measure it' };
  return { bytes: logs.reduce<number>((sum, bytes) => sum + (bytes ?? 0), rehearsal.grewBytes) };
}
