import { defineCheck, floored } from './check.ts';

/** No query or open transaction older than 30 s (R26, M6); the source lists only those that are older. */
export const longQueries = defineCheck({
  item: 'long_queries',
  title: 'No long queries',
  failureTitle: 'A query or transaction has been open for long',
  means: 'Queries and open transactions of this database, prepared ones too; idle sessions and our own are left out.',
  unknown: 'The server does not answer within 2 s, or hides sessions of others from our role (grant pg_monitor).',
  read: ({ database }, thresholds) => database.longQueries(thresholds.longQuerySeconds),
  limit: (thresholds) => `none older than ${thresholds.longQuerySeconds} s`,
  judge: (queries) => {
    const [oldest] = queries;
    if (!oldest) return { verdict: 'pass', value: 'none' };
    const who = `${oldest.application || 'no name'}, pid ${oldest.pid}, ${oldest.state} for ${floored(oldest.seconds)} s`;
    return { verdict: 'breach', value: `${queries.length}: ${who}${oldest.query ? `: ${oldest.query}` : ''}` };
  },
});
