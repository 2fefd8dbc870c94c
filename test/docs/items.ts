import type { Readings } from '../../src/config/readings.ts';
import type { KnownItem } from '../../src/domain/items.ts';
import type { Metric } from '../../src/domain/monitor.ts';

type OfItem = {
  /** The requirement it comes from. */
  readonly requires: string;
  /** Settings under `limits:`. */
  readonly limits: readonly string[];
  /** Readings that settings may name a source for. */
  readonly readings?: readonly (keyof typeof Readings.shape)[];
  /** Where no check says what it means and where it comes from. */
  readonly about?: string;
  readonly source?: string;
};

/** What the registries do not say of a line of the checklist. */
export const OF_ITEM: Readonly<Record<KnownItem, OfItem>> = {
  staging: {
    requires: 'R7, R13, R14, R15',
    limits: ['impact', 'staging_rows', 'staging_small'],
    about:
      'The plan is trivial by the rule, or a staging run of the very same files on the twin came to its end with smoke tests, performance and rows within their limits. Without a twin, somebody says what they saw.',
    source: '`staging:` of the target, and the staging runs in the ledger',
  },
  notice: {
    requires: 'R16',
    limits: [],
    about: 'The card stands in the channel of `slack.channel`; the line carries its permalink, or says why it could not be posted.',
    source: 'built in: Slack',
  },
  stakeholders: { requires: 'R17', limits: [], about: 'Everybody who has to know has said that they do.' },
  on_call: {
    requires: 'R18',
    limits: [],
    readings: ['on_call'],
    about: 'Somebody on call has said that they are there.',
    source: 'the role on_call in `people:`',
  },
  automated_backup: { requires: 'R19', limits: ['automated_backup'], readings: ['automated_backup'] },
  backup: {
    requires: 'R6, R20, R40, R43',
    limits: [],
    about: 'The backup of this run was restored on the scratch server, with equal rows and values in every table.',
    source: 'built in: pg_dump, pg_restore',
  },
  archive: {
    requires: 'R19, R42',
    limits: [],
    about:
      'The write-ahead log up to the restore point of this run lies in the archive of the server, ten minutes after the backup at most: a recovery to the moment before the first write needs it. Where nothing is archived it passes and says so.',
    source: 'built in: pg_stat_archiver',
  },
  restore_drill: { requires: 'R21', limits: ['restore_drill'] },
  rollback_review: { requires: 'R22', limits: [], about: 'Somebody other than the requester has read the down scripts.' },
  rollback_proof: {
    requires: 'R10, R22, R23',
    limits: [],
    about:
      'On that restore the plan went up, down and up again, the schema came back exactly, and no statement did more than the plan says.',
    source: 'built in: the rehearsal',
  },
  connections: { requires: 'R25', limits: ['connections'] },
  long_queries: { requires: 'R26', limits: ['long_query'] },
  other_dumps: { requires: 'R41', limits: ['long_query'] },
  replication_lag: { requires: 'R27', limits: ['replication_lag'] },
  disk: { requires: 'R33', limits: ['disk_free'], readings: ['disk'] },
  latency: { requires: 'R34', limits: ['latency'] },
  cpu: { requires: 'R31', limits: ['cpu'], readings: ['cpu'] },
  memory: { requires: 'R32', limits: ['memory'], readings: ['memory'] },
  app_health: { requires: 'R38, R56', limits: [], source: 'built in: `application.health`' },
  error_rate: {
    requires: 'R28',
    limits: ['error_rate', 'minimum_samples'],
    readings: ['error_rate', 'requests'],
    source: 'built in: `application.metrics`',
  },
  p95: { requires: 'R29', limits: ['p95'], readings: ['p95', 'requests'], source: 'built in: `application.metrics`' },
  active_users: { requires: 'R30', limits: ['active_users'], readings: ['active_users'] },
  incidents: { requires: 'R39', limits: [], readings: ['incidents'] },
  platform: { requires: 'R39, R101', limits: [], readings: ['platform'] },
};

/** What the end of a run is compared with beside its metrics. */
export const OF_END = {
  limits: ['statement_mean', 'activity_band'],
  readings: ['user_activity'],
} as const satisfies Pick<OfItem, 'limits' | 'readings'>;

type OfMetric = {
  readonly requires: string;
  readonly limits: readonly string[];
  readonly fires: string;
  /** The readings that may feed it, where they fill no line. */
  readonly readings?: readonly (keyof typeof Readings.shape)[];
};

/** What is watched during a run, in the words of the runbook's table. */
export const OF_METRIC: Readonly<Record<Metric, OfMetric>> = {
  error_rate: {
    requires: 'R69, R90',
    limits: ['error_rate_alert', 'error_rate_roll_back', 'minimum_samples'],
    fires: 'above 0.5 % of enough requests: consider; above 1 %: roll back',
  },
  p95: {
    requires: 'R70, R91',
    limits: ['p95_roll_back', 'p95_factor', 'p95_floor', 'p95'],
    fires:
      'above 1.2 times the reading before the first write, and above 100 ms: roll back; above twice it: look closer, where that comes first; without that reading above 500 ms: consider',
  },
  connections: {
    requires: 'R50, R92',
    limits: ['connections', 'connections_spike'],
    fires: 'above 80 % of the usable slots, or 30 % of them more than before the first write: look closer',
  },
  long_queries: { requires: 'R93', limits: ['long_query'], fires: 'older than 30 s: look closer' },
  lock_waits: { requires: 'R94', limits: ['lock_waits'], fires: 'more than 5 sessions waiting for a lock: look closer' },
  database_errors: {
    requires: 'R71',
    limits: ['database_errors'],
    readings: ['database_errors'],
    fires: 'more than before the first write, where `readings.database_errors` or the metrics of the application count them: roll back',
  },
};
