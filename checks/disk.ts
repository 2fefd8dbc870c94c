import { ceiled, defineCheck, percent } from './check.ts';

/** More than 20 % of the disk is free; 20.0 % is not enough (R33). */
export const disk = defineCheck({
  item: 'disk',
  title: 'The disk has room',
  failureTitle: 'The disk is too full',
  means: 'Free share of the disk with the data directory.',
  unknown: 'The server is on another machine, whose disk cannot be seen from here.',
  read: ({ database }) => database.diskFree(),
  limit: (thresholds) => `> ${percent(thresholds.diskFree)}`,
  judge: ({ share, bytes }, thresholds) => ({
    verdict: share > thresholds.diskFree ? 'pass' : 'breach',
    value: `${ceiled(share * 100)} % free (${(bytes / 1e9).toFixed(1)} GB)`,
  }),
});
