import { z } from 'zod';
import { LAYOUTS } from '../domain/backup-form.ts';
import { FORMATS } from '../domain/formats.ts';
import { ITEMS, NEVER_WAIVED } from '../domain/items.ts';
import { ROLES } from '../domain/people.ts';
import {
  address,
  connection,
  duration,
  durationOrZero,
  factor,
  hidden,
  longSecret,
  packing,
  proportion,
  seconds,
  timeOfDay,
  token,
  weekdays,
  whole,
  words,
  zone,
} from './fields.ts';
import { freeze } from './freeze-setting.ts';
import { Hook, PagerSetting, ProviderSetting, Readings, shortName } from './readings.ts';
import { AutoRollback, Monitor } from './monitor-settings.ts';

/** What an application's metrics may say beside errors and response times; each makes its line a machine's. */
export const REPORTED = ['active_users', 'cpu', 'memory'] as const;
export type Reported = (typeof REPORTED)[number];

const Limits = z.strictObject({
  connections: proportion.prefault('80%'),
  connections_spike: proportion.prefault('30%'),
  long_query: seconds.prefault('30s'),
  replication_lag: seconds.prefault('10s'),
  disk_free: proportion.prefault('20%'),
  latency: duration.prefault('50ms'),
  error_rate: proportion.prefault('0.1%'),
  error_rate_alert: proportion.prefault('0.5%'),
  error_rate_roll_back: proportion.prefault('1%'),
  p95: duration.prefault('500ms'),
  p95_factor: factor.prefault(2),
  p95_roll_back: factor.prefault(1.2),
  p95_floor: duration.prefault('100ms'),
  lock_waits: whole(0).prefault(5),
  database_errors: whole(0).prefault(0),
  clear: proportion.prefault('90%'),
  minimum_samples: whole(1).prefault(100),
  active_users: whole(1).prefault(100),
  cpu: proportion.prefault('70%'),
  memory: proportion.prefault('80%'),
  automated_backup: duration.prefault('24h'),
  restore_drill: duration.prefault('92d'),
  impact: proportion.prefault('5%'),
  staging_rows: proportion.prefault('10%'),
  staging_small: whole(1).prefault(1000),
  statement_mean: duration.prefault('1s'),
  activity_band: proportion.prefault('50%'),
});

const Backup = z.strictObject({
  directory: words.prefault('./backups'),
  tools: words.optional(),
  format: z.enum(LAYOUTS).prefault('custom'),
  jobs: whole(1).optional(),
  compression: packing.prefault('gzip:1'),
  keep: z.strictObject({ days: whole(1), count: whole(1) }).optional(),
  store: z
    .strictObject({
      s3: z.strictObject({
        endpoint: address,
        bucket: words,
        region: words.prefault('auto'),
        prefix: words.optional(),
        access_key: hidden,
        secret_key: hidden,
      }),
    })
    .optional(),
  point_in_time: ProviderSetting.optional(),
});

const freezes = z.array(freeze).prefault([]);

/** Roles that may be given the right to waive a line; whoever asked for the plan never may. */
const Waivers = z.partialRecord(
  z.enum(ITEMS.filter((item) => !NEVER_WAIVED.includes(item))),
  z.array(z.enum(['approver', 'operator', 'on_call'])).min(1, 'names no role. Leave the line out for the approvers.'),
);

const Target = z.strictObject({
  database: connection,
  zone,
  peak: z
    .strictObject({
      from: timeOfDay.prefault('09:00'),
      to: timeOfDay.prefault('18:00'),
      days: weekdays.prefault(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
    })
    .refine(({ from, to }) => from < to, 'must begin before it ends on the same day.')
    .prefault({}),
  migrations: words.prefault('./migrations'),
  format: z.enum(FORMATS).prefault('native'),
  staging: words.optional(),
  staging_run: z
    .strictObject({
      hours: z.enum(['own', 'any']).prefault('own'),
      load: z.array(words).prefault([]),
      top: whole(1).prefault(10),
      rounds: whole(5).prefault(10),
    })
    .prefault({}),
  scratch: connection,
  backup: Backup.prefault({}),
  application: z.strictObject({ health: address, metrics: address.optional(), reports: z.array(z.enum(REPORTED)).prefault([]) }),
  readings: Readings.prefault({}),
  hooks: z.array(Hook).prefault([]),
  pager: PagerSetting.optional(),
  observe: duration.prefault('15m'),
  prepare_lead: durationOrZero.prefault('15m'),
  recheck_lead: durationOrZero.optional(),
  late_start: duration.prefault('30m'),
  freezes,
  evidence: z
    .strictObject({ machine: duration.prefault('10m'), human: duration.prefault('24h'), proof: duration.prefault('24h') })
    .prefault({}),
  monitor_silence: duration.prefault('15s'),
  watcher_silence: duration.prefault('30m'),
  monitor: Monitor.prefault({}),
  auto_rollback: AutoRollback.prefault('off'),
  lock_budget: duration.prefault('60s'),
  backfill: z.strictObject({ batch: duration.prefault('25ms'), wal: whole(1).prefault(250) }).prefault({}),
  limits: Limits.prefault({}),
  stakeholders: z.array(words.transform((value) => value.replace(/^@/, ''))).prefault([]),
  waivers: Waivers.prefault({}),
  application_tests: z.array(shortName).prefault([]),
});

const Slack = z.strictObject({
  channel: words.transform((value) => value.replace(/^#/, '')),
  mode: z.enum(['socket', 'http']).prefault('socket'),
  bot_token: token('xoxb-'),
  app_token: token('xapp-').optional(),
  signing_secret: hidden.optional(),
  port: whole(1).prefault(3000),
  api_url: address.optional(),
});

/** The HTTP API; off unless it is written. */
const Api = z.strictObject({
  listen: words.prefault('127.0.0.1'),
  port: whole(1).prefault(3300),
  tokens: z.array(z.strictObject({ person: words, token: longSecret })).min(1, 'has no token, so nobody could ask anything.'),
});

const userId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,}$/, 'is no Slack user id. It begins with U or W: in Slack, profile → ⋮ → Copy member ID.');

const Person = z.strictObject({
  id: userId,
  name: words.transform((value) => value.replace(/^@/, '')),
  roles: z.array(z.enum(ROLES)).min(1, 'has no role, so this person could do nothing.'),
  accounts: z.array(userId).optional(),
});

/** The file as it is written, with the runbook's defaults. Unknown keys are mistakes. */
export const Settings = z.strictObject({
  ledger: connection,
  runbook: z.strictObject({ version: words, owner: words }),
  slack: Slack,
  people: z.array(Person).min(1, 'names nobody, so nobody could do anything.'),
  approvals: z.strictObject({ quorum: whole(1).prefault(2), ttl: duration.prefault('24h') }).prefault({}),
  freezes,
  api: Api.optional(),
  default_target: words,
  targets: z.record(z.string(), Target),
});
export type Settings = z.infer<typeof Settings>;
export type TargetSettings = Settings['targets'][string];

type Definition = {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
};

/** The settings that may stand at a path, for a suggestion; none where there is no object. */
export function knownKeys(path: readonly PropertyKey[], schema: z.ZodType = Settings): readonly string[] {
  const definition = schema.def as unknown as Definition;
  const wrapped = definition.innerType ?? definition.in;
  if (wrapped !== undefined) return knownKeys(path, wrapped);
  const [part, ...rest] = path;
  if (part === undefined) return Object.keys(definition.shape ?? {});
  const next = definition.shape?.[String(part)] ?? definition.valueType ?? definition.element;
  return next === undefined ? [] : knownKeys(rest, next);
}
