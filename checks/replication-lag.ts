import { defineCheck, floored } from './check.ts';

/** The slowest replica is under the limit (R27); without a replica the line passes and says so. */
export const replicationLag = defineCheck({
  item: 'replication_lag',
  title: 'Replicas keep up',
  failureTitle: 'A replica lags',
  means: 'Seconds by which the slowest replica replays behind; without a replica the line passes and says so.',
  unknown: 'A replica tells no time, is hidden from our role, or a slot has no reader.',
  read: ({ database }) => database.replicationLag(),
  limit: (thresholds) => `< ${thresholds.replicationLagSeconds} s`,
  judge: (lag, thresholds) => {
    if (lag === null) return { verdict: 'pass', value: 'not applicable: no replica' };
    return { verdict: lag < thresholds.replicationLagSeconds ? 'pass' : 'breach', value: `${floored(lag)} s` };
  },
});
