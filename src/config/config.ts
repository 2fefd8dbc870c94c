import { isAbsolute, join, resolve } from 'node:path';
import type { BackupForm } from '../domain/backup-form.ts';
import type { FormatName } from '../domain/formats.ts';
import type { Person } from '../domain/people.ts';
import type { Thresholds, Timing } from '../domain/plan.ts';
import type { Keep } from '../domain/retention.ts';
import type { Window } from '../domain/window.ts';
import type { ChecklistSettings } from '../domain/checklist.ts';
import type { StagingSettings } from '../ports.ts';
import type { Environment } from './environment.ts';
import type { Reported, Settings, TargetSettings } from './schema.ts';
import type { Secret } from './secret.ts';

/** One database we migrate, as configured; everything that may be printed. Paths are absolute. */
export type TargetConfig = {
  readonly name: string;
  readonly window: Window;
  readonly thresholds: Thresholds;
  readonly timing: Timing;
  readonly migrations: string;
  /** How its files are laid out. */
  readonly format: FormatName;
  /** Its staging twin, and how it is tried out there. */
  readonly staging: StagingSettings | null;
  readonly backup: BackupConfig;
  readonly application: {
    readonly health: string;
    /** Null: other sources measure it. */ readonly metrics: string | null;
    readonly reports: readonly Reported[];
  };
  readonly checklist: ChecklistSettings;
  /** How often the monitor asks the application's own metrics, and every service. */
  readonly pace: { readonly applicationMs: number; readonly servicesMs: number };
  /** How long a statement may go on trying for its locks. */
  readonly lockBudgetMs: number;
  /** What a batch of a backfill should take, and how fast the write-ahead log may grow meanwhile. */
  readonly backfill: { readonly batchMs: number; readonly walBytesPerSecond: number };
};

export type BackupConfig = {
  readonly directory: string;
  /** The directory of pg_dump and pg_restore; null to look for them. */
  readonly tools: string | null;
  readonly form: BackupForm;
  /** Null: nothing is ever removed. */
  readonly keep: Keep | null;
  /** The bucket that takes a copy, without its keys; null for none. */
  readonly store: { readonly endpoint: string; readonly bucket: string; readonly region: string; readonly prefix: string } | null;
};

/** The configuration without anything secret: it may be printed and logged whole. */
export type Config = {
  /** The file it was read from, absolute. */
  readonly file: string;
  readonly runbook: { readonly version: string; readonly owner: string };
  readonly slack: { readonly channel: string; readonly mode: 'socket' | 'http'; readonly port: number; readonly apiUrl: string };
  /** Where the HTTP API listens; null: there is none. */
  readonly api: { readonly host: string; readonly port: number } | null;
  readonly people: readonly Person[];
  readonly quorum: number;
  readonly defaultTarget: string;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  /** Who works at this terminal (OFFPEAK_USER), as id or name. */
  readonly user: string | null;
};

/** What connects: kept apart from the configuration, so that nobody prints it by accident (invariant 9). */
export type Secrets = {
  readonly ledger: Secret;
  readonly slack: { readonly botToken: Secret; readonly appToken: Secret | null; readonly signingSecret: Secret | null };
  /** Who may use the HTTP API, by id. */
  readonly api: readonly { readonly person: string; readonly token: Secret }[];
  readonly targets: ReadonlyMap<string, TargetSecrets>;
};

/** Sources and hooks stand here whole: their addresses and environments hold keys. Paths are absolute. */
export type TargetSecrets = {
  readonly database: Secret;
  readonly scratch: Secret;
  /** The keys of the object store; null where none is configured. */
  readonly store: { readonly accessKey: Secret; readonly secretKey: Secret } | null;
  readonly readings: TargetSettings['readings'];
  readonly hooks: readonly HookConfig[];
  /** Who takes the whole database back to a moment; null where nobody is asked. */
  readonly pointInTime: NonNullable<TargetSettings['backup']['point_in_time']> | null;
  /** Who is called; null when Slack alone does. */
  readonly pager: NonNullable<TargetSettings['pager']> | null;
};

/** An executable of the team as it is started. */
export type HookConfig = {
  readonly name: string;
  readonly command: readonly string[];
  readonly directory: string;
  readonly timeoutMs: number;
  readonly aliases: readonly string[];
  readonly when: TargetSettings['hooks'][number]['when'];
  /** From our own environment, nothing of it secret. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly env: ReadonlyMap<string, Secret>;
};

/** All that a hook finds besides what its settings give it: our own environment holds tokens. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Where paths of the file begin, and what variables add to it. */
export type Surroundings = {
  readonly file: string;
  readonly directory: string;
  readonly user: string | null;
  readonly apiUrl: string;
  readonly env: Environment;
};

/** The settings as the program uses them: the configuration, and its secrets apart. */
export function configOf(settings: Settings, around: Surroundings): { readonly config: Config; readonly secrets: Secrets } {
  const { slack } = settings;
  const targets = Object.entries(settings.targets);
  const config: Config = {
    file: around.file,
    runbook: settings.runbook,
    slack: { channel: slack.channel, mode: slack.mode, port: slack.port, apiUrl: withSlash(slack.api_url ?? around.apiUrl) },
    api: settings.api === undefined ? null : { host: settings.api.listen, port: settings.api.port },
    people: settings.people,
    quorum: settings.approvals.quorum,
    defaultTarget: settings.default_target,
    targets: new Map(targets.map(([name, target]) => [name, targetOf(name, target, { settings, directory: around.directory })])),
    user: around.user,
  };
  const secrets: Secrets = {
    ledger: settings.ledger,
    slack: { botToken: slack.bot_token, appToken: slack.app_token ?? null, signingSecret: slack.signing_secret ?? null },
    api: (settings.api?.tokens ?? []).map(({ person, token }) => ({ person: idOf(settings.people, person), token })),
    targets: new Map(targets.map(([name, target]) => [name, secretsOf(target, around)])),
  };
  return { config, secrets };
}

/** A person by id or name; who is nobody is a mistake of the settings, and told there. */
function idOf(people: readonly Person[], written: string): string {
  const wanted = written.replace(/^@/, '');
  return people.find(({ id, name }) => id === wanted || name === wanted)?.id ?? wanted;
}

function secretsOf(
  { database, scratch, backup, readings, hooks, pager }: TargetSettings,
  { directory, env: ours }: Surroundings,
): TargetSecrets {
  const s3 = backup.store?.s3;
  const inherited = Object.fromEntries(PASSED_ON.flatMap((name) => (ours[name] === undefined ? [] : [[name, ours[name]]])));
  return {
    database,
    scratch,
    store: s3 === undefined ? null : { accessKey: s3.access_key, secretKey: s3.secret_key },
    readings,
    pointInTime: backup.point_in_time ?? null,
    pager: pager ?? null,
    hooks: hooks.map(({ timeout, directory: within = '.', env, ...hook }) => ({
      ...hook,
      directory: resolve(directory, within),
      timeoutMs: timeout,
      inherited,
      env: new Map(Object.entries(env)),
    })),
  };
}

/** Slack's client joins method names to it. */
function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** What is set once for all targets. */
type ForAll = { readonly settings: Settings; readonly directory: string };

function targetOf(name: string, target: TargetSettings, { settings: { approvals, people, freezes }, directory }: ForAll): TargetConfig {
  const path = (written: string) => (isAbsolute(written) ? written : join(directory, written));
  return {
    name,
    window: windowOf(target, freezes),
    thresholds: thresholdsOf(target),
    timing: {
      prepareLeadMs: target.prepare_lead,
      observeMs: target.observe,
      recheckMs: target.recheck_lead ?? recheckOf(target.prepare_lead),
      machineEvidenceMs: target.evidence.machine,
      humanEvidenceMs: target.evidence.human,
      proofMs: target.evidence.proof,
      approvalMs: approvals.ttl,
      monitorSilenceMs: target.monitor_silence,
      watcherSilenceMs: target.watcher_silence,
      lateStartMs: target.late_start,
      keepFiringMs: target.monitor.keep_firing,
      unknownWarnMs: target.monitor.unknown_warn,
      unknownHoldMs: target.monitor.unknown_hold,
      recoveredMs: target.monitor.recovered,
      ...(target.auto_rollback.after === null ? {} : { autoRollbackMs: target.auto_rollback.after }),
    },
    migrations: path(target.migrations),
    format: target.format,
    staging: stagingOf(target),
    backup: {
      directory: path(target.backup.directory),
      tools: target.backup.tools === undefined ? null : path(target.backup.tools),
      form: formOf(target.backup),
      keep: target.backup.keep ?? null,
      store: storeOf(target.backup),
    },
    application: { health: target.application.health, metrics: target.application.metrics ?? null, reports: target.application.reports },
    checklist: {
      stakeholders: people
        .filter(({ id, name: called }) => target.stakeholders.some((who) => who === id || who === called))
        .map(({ id }) => id),
      onCall: people.some(({ roles }) => roles.includes('on_call')),
      waivers: target.waivers,
      tests: target.application_tests,
    },
    pace: { applicationMs: target.monitor.application, servicesMs: target.monitor.services },
    lockBudgetMs: target.lock_budget,
    backfill: { batchMs: target.backfill.batch, walBytesPerSecond: target.backfill.wal * 1_000_000 },
  };
}

/** A directory is there to be written by several sessions, so it is by two unless told. */
function formOf({ format, jobs, compression }: TargetSettings['backup']): BackupForm {
  return { layout: format, jobs: jobs ?? (format === 'directory' ? 2 : 1), compression };
}

function storeOf({ store }: TargetSettings['backup']): BackupConfig['store'] {
  if (store === undefined) return null;
  const { endpoint, bucket, region, prefix } = store.s3;
  return { endpoint, bucket, region, prefix: prefix ?? '' };
}

/** Freezes of all targets before its own; none leaves the window, and with it every digest, as it was without them. */
function windowOf({ zone, peak, freezes }: TargetSettings, all: Settings['freezes']): Window {
  const both = [...all, ...freezes];
  return { zone, peakFrom: peak.from, peakTo: peak.to, days: peak.days, ...(both.length === 0 ? {} : { freezes: both }) };
}

const FIVE_MINUTES = 300_000;

/** T-5 of the runbook, or as much of a shorter preparation as that is of its own. */
function recheckOf(prepareMs: number): number {
  return Math.min(FIVE_MINUTES, Math.floor(prepareMs / 3));
}

function stagingOf({ staging: twin, staging_run: { hours, load, top, rounds } }: TargetSettings): StagingSettings | null {
  if (twin === undefined) return null;
  return { twin, anyHour: hours === 'any', load: load.map((sql, index) => ({ name: queryName(sql, index), sql })), top, rounds };
}

/** `2: SELECT count(*) FROM leads`: its place in the settings, and enough of it to know it again. */
function queryName(sql: string, index: number): string {
  const text = sql.replaceAll(/\s+/g, ' ').trim();
  return `${index + 1}: ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
}

function thresholdsOf({ limits, staging, readings }: TargetSettings): Thresholds {
  return {
    connections: limits.connections,
    longQuerySeconds: limits.long_query,
    replicationLagSeconds: limits.replication_lag,
    diskFree: limits.disk_free,
    latencyMs: limits.latency,
    errorRate: limits.error_rate,
    errorRateAlert: limits.error_rate_alert,
    p95Ms: limits.p95,
    p95Factor: limits.p95_factor,
    p95FloorMs: limits.p95_floor,
    lockWaits: limits.lock_waits,
    minimumSamples: limits.minimum_samples,
    activeUsers: limits.active_users,
    cpu: limits.cpu,
    memory: limits.memory,
    automatedBackupMs: limits.automated_backup,
    restoreDrillMs: limits.restore_drill,
    errorRateRollBack: limits.error_rate_roll_back,
    p95RollBackFactor: limits.p95_roll_back,
    connectionsSpike: limits.connections_spike,
    databaseErrors: limits.database_errors,
    clearShare: limits.clear,
    statementMeanMs: limits.statement_mean,
    // Without a twin they mean nothing, and the digests of such targets stay what they were.
    ...(staging === undefined ? {} : { impact: limits.impact, stagingRows: limits.staging_rows, stagingSmall: limits.staging_small }),
    ...(readings.user_activity === undefined ? {} : { activityBand: limits.activity_band }),
  };
}
