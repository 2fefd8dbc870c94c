import { defineCheck, floored } from './check.ts';

/** From here to the database in under 50 ms, p95 (R34). */
export const latency = defineCheck({
  item: 'latency',
  title: 'The database is near',
  failureTitle: 'The database answers slowly',
  means: 'From the worker to the database and back, p95 of twenty SELECT 1.',
  unknown: 'The server does not answer within 2 s.',
  read: ({ database }) => database.latency(),
  limit: (thresholds) => `< ${thresholds.latencyMs} ms`,
  judge: (ms, thresholds) => ({ verdict: ms < thresholds.latencyMs ? 'pass' : 'breach', value: `${floored(ms)} ms` }),
});
