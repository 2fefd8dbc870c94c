import { inBytes } from './backup-space.ts';

export type RestoreSpace = {
  /** Bytes free on the disk of the server, and their share of it; null when the disk cannot be seen from here. */
  readonly disk: { readonly bytes: number; readonly share: number } | null;
  /** Bytes the copy is expected to take: the live database, or what it was when the backup was taken if that was more. */
  readonly needed: number;
  /** The share of the disk that must stay free, more than which is required (R33). */
  readonly keepFree: number;
};

/**
 * Why the copy beside the live database does not fit on the server's disk, with every number; null when it fits (R33). A disk that
 * cannot be seen refuses nothing: whoever approves is told that it is not known.
 */
export function restoreSpaceRefused({ disk, needed, keepFree }: RestoreSpace): string | null {
  if (disk === null) return null;
  const total = disk.share === 0 ? 0 : disk.bytes / disk.share;
  const left = total === 0 ? 0 : (disk.bytes - needed) / total;
  if (disk.bytes > needed && left > keepFree) return null;
  const free = `The server's disk has ${inBytes(disk.bytes)} free and the copy beside the live database takes about ${inBytes(needed)}`;
  const share = disk.bytes <= needed ? '' : `: ${(left * 100).toFixed(1)}% of it would stay free, and more than ${percent(keepFree)}% must`;
  return `${free}${share}. Free some space first. The database was not touched.`;
}

function percent(share: number): number {
  return Number((share * 100).toFixed(1));
}
