import { defineCheck, floored, noSource } from './check.ts';

/** No other dump and no long snapshot: the first heavy lock would wait for it, and everybody for that lock (R41, M21). */
export const otherDumps = defineCheck({
  item: 'other_dumps',
  title: 'No other dump is running',
  failureTitle: 'A dump or a long snapshot is running',
  means: 'Dumps, base backups and long snapshots: the first heavy lock would wait for them, and everybody for that lock.',
  unknown: "The server does not answer within 2 s, or hides the age of others' snapshots from our role (grant pg_monitor).",
  read: ({ database }, thresholds) => database.dumps?.(thresholds.longQuerySeconds) ?? noSource(),
  limit: (thresholds) => `none, and no snapshot over ${thresholds.longQuerySeconds} s`,
  judge: (found) => {
    const [oldest] = found;
    if (!oldest) return { verdict: 'pass', value: 'none' };
    return {
      verdict: 'breach',
      value: `${found.length}: ${oldest.what} by ${oldest.application || 'no name'}, pid ${oldest.pid}, for ${floored(oldest.seconds)} s`,
    };
  },
});
