import { inBytes } from '../src/domain/backup-space.ts';
import { judgeDisk, rehearsedGrowth, type Bytes } from '../src/domain/disk-space.ts';
import type { SoFar, Sources } from '../src/ports.ts';
import { ceiled, defineCheck, percent } from './check.ts';

/** More than 20 % of the disk is free, and more than the backup and the rehearsed growth take; 20.0 % is not enough (R33). */
export const disk = defineCheck({
  item: 'disk',
  title: 'The disk has room',
  failureTitle: 'The disk is too full',
  means:
    'The disk with the data directory: its free share, and its free bytes beside the size of the backup (of the next one before there is one; not counted where backups are known to lie on another disk) and the growth that the rehearsal measured (relations and write-ahead log). Read again behind each rehearsal.',
  unknown:
    'The server is on another machine, whose disk cannot be seen from here; or nobody can say how large the backup will be, or a rehearsal did not measure the growth.',
  read: async (sources, _thresholds, soFar) => {
    const reading = await sources.database.diskFree();
    if (!reading.ok) return reading;
    const free = reading.value;
    const backup = free.backupsElsewhere ? { bytes: 0 } : await backupBytes(sources, soFar);
    return { ...reading, value: { free, backup, growth: rehearsedGrowth(soFar.rehearsal) } };
  },
  limit: (thresholds) => `> ${percent(thresholds.diskFree)}, and > backup + rehearsed growth`,
  judge: ({ free, backup, growth }, { diskFree }) => {
    const { verdict, words } = judgeDisk({ free, keepFree: diskFree, backup, growth });
    return { verdict, value: `${ceiled(free.share * 100)} % free (${inBytes(free.bytes)}); ${words}` };
  },
});

/** The run's own backup once it is taken; before, what the next one is expected to take. */
async function backupBytes({ nextBackup }: Sources, { backup }: SoFar): Promise<Bytes> {
  if (backup !== null) return { bytes: backup.bytes };
  const expected = await nextBackup?.();
  if (expected?.ok) return { bytes: expected.value };
  return { unknown: expected?.why ?? 'nothing says how large it will be' };
}
