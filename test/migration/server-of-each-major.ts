import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedBinaries, majorOf } from '../../playground/postgres/binaries.ts';

/** The versions on which verdicts are promised. */
export const WANTED: readonly number[] = [14, 15, 16, 17, 18];

/**
 * The first folder with postgres and initdb of each major: those in PG_MAJOR_DIRS (between colons), then
 * /usr/lib/postgresql/N/bin, then the embedded package.
 */
export async function serverOfEachMajor(): Promise<ReadonlyMap<number, string>> {
  const given = (process.env['PG_MAJOR_DIRS'] ?? '').split(':').filter(Boolean);
  const system = children('/usr/lib/postgresql').map((name) => join('/usr/lib/postgresql', name, 'bin'));
  const embedded = await embeddedBinaries();
  const servers = new Map<number, string>();
  for (const dir of [...given, ...system, ...(embedded === null ? [] : [embedded.dir])]) {
    const major = await majorOf(join(dir, 'postgres')).catch(() => null);
    if (major !== null && WANTED.includes(major) && !servers.has(major)) servers.set(major, dir);
  }
  return servers;
}

function children(parent: string): readonly string[] {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}
