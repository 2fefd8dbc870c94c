import { defineCheck, floored } from './check.ts';

/** From here to the database in under 50 ms, p95 (R34). */
export const latency = defineCheck({
  item: 'latency',
  title: 'The database is near',
  failureTitle: 'The database answers slowly',
  read: ({ database }) => database.latency(),
  limit: (thresholds) => `< ${thresholds.latencyMs} ms`,
  judge: (ms, thresholds) => ({ verdict: ms < thresholds.latencyMs ? 'pass' : 'breach', value: `${floored(ms)} ms` }),
});
