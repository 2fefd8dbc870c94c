import { defineCheck, floored } from './check.ts';

/** The slowest replica is under the limit (R27); without a replica the line passes and says so. */
export const replicationLag = defineCheck({
  item: 'replication_lag',
  title: 'Replicas keep up',
  failureTitle: 'A replica lags',
  read: ({ database }) => database.replicationLag(),
  limit: (thresholds) => `< ${thresholds.replicationLagSeconds} s`,
  judge: (lag, thresholds) => {
    if (lag === null) return { verdict: 'pass', value: 'not applicable: no replica' };
    return { verdict: lag < thresholds.replicationLagSeconds ? 'pass' : 'breach', value: `${floored(lag)} s` };
  },
});
