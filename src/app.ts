import { createHash } from 'node:crypto';
import { CHECKS } from '../checks/index.ts';
import type { Config, Secrets, TargetConfig, TargetSecrets } from './config/config.ts';
import { Secret } from './config/secret.ts';
import { systemClock } from './clock.ts';
import { postgresLedger } from './ledger/postgres-ledger.ts';
import type { FormatName } from './domain/formats.ts';
import { openLog } from './log.ts';
import { loadParser } from './migration/parser.ts';
import { lossQuestions } from './migration/price/loss-questions.ts';
import { migrationSource } from './migration/source.ts';
import type { BackupTool, CountedLosses, Ledger, Log, Services, Sources, TargetContext } from './ports.ts';
import { applicationReadings, reportedReadings } from './sources/application.ts';
import { hooksByName } from './sources/hook.ts';
import { httpClient } from './sources/http.ts';
import { connectPager } from './sources/pager.ts';
import { withMeasured } from './sources/measured.ts';
import { databaseReadings } from './sources/postgres.ts';
import { reading } from './sources/reading.ts';
import { connectReadings } from './sources/readings.ts';
import { signalsOf } from './sources/signals.ts';
import { supabaseRecovery } from './sources/supabase-recovery.ts';
import { postgresBackups } from './target/backup/postgres-backups.ts';
import { catalogOfTarget } from './target/catalog-session.ts';
import { countLosses } from './target/count-losses.ts';
import { loadTool } from './target/load/load-tool.ts';
import { postgresRestore } from './target/restore/postgres-restore.ts';
import { applyOwnMigrations } from './target/own-schema.ts';
import { postgresTarget } from './target/postgres-target.ts';
import { counted } from './usecases/price.ts';
import { lastRestore } from './usecases/restore-drill.ts';

/** The ledger's own schema, shipped with the program. */
const OWN_MIGRATIONS = new URL('../migrations/', import.meta.url).pathname;

/** Everything wired by hand; `close` ends every connection. */
export type App = Services & { close(): Promise<void> };

/** Builds the services of one process. Connects lazily; a target that is down stops nobody from looking at another. */
export function connectServices(config: Config, secrets: Secrets, log: Log = openLog('offpeak')): App {
  const people = () => config.people;
  const ledger = postgresLedger({ connectionString: secrets.ledger.reveal(), people });
  const contexts = [...config.targets.values()].map((target) => connectTarget({ config, secrets, ledger }, target));
  return {
    ledger,
    targets: new Map(contexts.map((context) => [context.name, context])),
    defaultTarget: config.defaultTarget,
    people,
    checks: CHECKS,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    log,
    close: async () => {
      await Promise.allSettled(contexts.flatMap((context) => [context.target.close(), context.sources.database.close()]));
      await ledger.close();
    },
  };
}

/** How long a counted price is shown before it is counted anew, in milliseconds. */
const PRICE_MS = 5_000;

/** How long a pager may take to take a call, in milliseconds. */
const PAGER_MS = 10_000;

type Wiring = { readonly config: Config; readonly secrets: Secrets; readonly ledger: Pick<Ledger, 'list'> };

function connectTarget({ config, secrets, ledger }: Wiring, settings: TargetConfig): TargetContext {
  const secret = secrets.targets.get(settings.name);
  if (secret === undefined) throw new Error(`No connection string for target ${settings.name}.`);
  const connectionString = secret.database.reveal();
  const { name, window, thresholds, timing, backup } = settings;
  const target = postgresTarget({ name, connectionString, tuning: { lockBudgetMs: settings.lockBudgetMs, ...settings.backfill } });
  const serverMajor = async () => (await target.identity()).serverMajor;
  const backups = postgresBackups({
    connectionString,
    directory: backup.directory,
    scratchUrl: secret.scratch.reveal(),
    binDir: backup.tools ?? undefined,
    target: name,
    form: backup.form,
    keep: backup.keep ?? undefined,
    keepFree: thresholds.diskFree,
    store:
      backup.store && secret.store
        ? { ...backup.store, accessKey: secret.store.accessKey.reveal(), secretKey: secret.store.secretKey.reveal() }
        : undefined,
    now: systemClock.now,
  });
  return {
    name,
    window,
    thresholds,
    timing,
    quorum: config.quorum,
    runbook: config.runbook,
    checklist: settings.checklist,
    ...(settings.staging === null ? {} : { staging: settings.staging }),
    load: loadTool(connectionString),
    migrations: migrationSource({
      directory: settings.migrations,
      format: settings.format,
      serverMajor,
      catalog: () => catalogOfTarget(connectionString),
    }),
    target,
    losses: counted((migrations) => lossesOn(connectionString, migrations), PRICE_MS),
    backups,
    ...(secret.pager && { pager: connectPager(secret.pager, httpClient({ timeoutMs: PAGER_MS, now: systemClock.now })) }),
    ...(secret.pointInTime && { pointInTime: supabaseRecovery(secret.pointInTime.supabase, { now: systemClock.now }) }),
    restore: postgresRestore({ connectionString, directory: backup.directory, binDir: backup.tools ?? undefined }),
    sources: connectSources({ settings, secret, hidden: secretsIn(secrets), ledger, backups }),
  };
}

type Connected = {
  readonly settings: TargetConfig;
  readonly secret: TargetSecrets;
  readonly hidden: readonly string[];
  readonly ledger: Pick<Ledger, 'list'>;
  readonly backups: Pick<BackupTool, 'expectedBytes'>;
};

/** A reading that the settings name a source for stands before what the application reports itself. */
function connectSources({ settings, secret, hidden, ledger, backups }: Connected): Sources {
  const { application, name } = settings;
  const { now } = systemClock;
  const asked = { healthUrl: application.health, metricsUrl: application.metrics, timeoutMs: 2_000, now };
  const { services, measured, newIssues } = connectReadings(secret.readings, { now });
  const database = databaseReadings({ connectionString: secret.database.reveal(), backupDirectory: settings.backup.directory });
  const itself = applicationReadings(asked);
  const hooks = secret.hooks.map((hook) => {
    const own = Object.fromEntries([...hook.env].map(([name, value]) => [name, value.reveal()]));
    return { ...hook, env: { ...hook.inherited, ...own }, secrets: hidden };
  });
  return {
    database: { ...database, diskFree: services.disk ?? (() => database.diskFree()) },
    application: withMeasured(itself, measured),
    signals: signalsOf(itself, measured, settings.pace),
    ...(newIssues && { newIssues }),
    readings: { ...reportedReadings(asked, application.reports), ...services, restoreDrill: () => lastRestore(ledger, name) },
    nextBackup: () => reading('the last backup, or the size of the database', () => backups.expectedBytes(), wordsOf),
    hooks: hooksByName(hooks),
  };
}

/** Errors of the backup tool are sentences already. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a hook's output may not show: all that the settings keep secret, wherever it stands. */
function secretsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (value === null || typeof value !== 'object') return [];
  return (value instanceof Map ? [...value.values()] : Object.values(value)).flatMap(secretsIn);
}

/** What the downs of these migrations would take away from the database, counted on it. */
export async function lossesOn(
  connectionString: string,
  migrations: Parameters<NonNullable<TargetContext['losses']>>[0],
): Promise<readonly CountedLosses[]> {
  const parser = await loadParser();
  const asked = migrations.map((migration) => lossQuestions(parser, migration));
  const answers = await countLosses(
    connectionString,
    asked.flatMap(({ questions }) => questions.map(({ sql }) => sql)),
  );
  let from = 0;
  return asked.map((each) => ({ ...each, answers: answers.slice(from, (from += each.questions.length)) }));
}

/** The files and the database of a command line that names them itself. Connects at the first question. */
export function connectSite({ database, directory, format }: { database: string; directory: string; format: FormatName }) {
  const target = postgresTarget({ name: 'the database', connectionString: database });
  const source = migrationSource({ directory, format, serverMajor: async () => (await target.identity()).serverMajor });
  return { source, target, close: () => target.close() };
}

/** Brings the ledger's own schema up to date with our own engine. Safe when several processes start at once. */
export async function prepareLedger(connectionString: string): Promise<readonly string[]> {
  const read = await migrationSource({ directory: OWN_MIGRATIONS, serverMajor: async () => 15 }).read();
  if (!read.ok)
    throw new Error(`The ledger's own migrations cannot be read: ${read.problems.map((problem) => problem.message).join('; ')}`);
  return applyOwnMigrations({ connectionString, migrations: read.migrations });
}
