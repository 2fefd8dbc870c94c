import { createHash } from 'node:crypto';
import { CHECKS } from '../checks/index.ts';
import type { Config, Secrets, TargetConfig } from './config/config.ts';
import { systemClock } from './clock.ts';
import { postgresLedger } from './ledger/postgres-ledger.ts';
import { openLog } from './log.ts';
import { migrationSource } from './migration/source.ts';
import type { Log, Services, TargetContext } from './ports.ts';
import { applicationReadings } from './sources/http.ts';
import { databaseReadings } from './sources/postgres.ts';
import { postgresBackups } from './target/backup/postgres-backups.ts';
import { applyOwnMigrations } from './target/own-schema.ts';
import { postgresTarget } from './target/postgres-target.ts';

/** The ledger's own schema, shipped with the program. */
const OWN_MIGRATIONS = new URL('../migrations/', import.meta.url).pathname;

/** Everything wired by hand; `close` ends every connection. */
export type App = Services & { close(): Promise<void> };

/** Builds the services of one process. Connects lazily; a target that is down stops nobody from looking at another. */
export function connectServices(config: Config, secrets: Secrets, log: Log = openLog('offpeak')): App {
  const people = () => config.people;
  const ledger = postgresLedger({ connectionString: secrets.ledger.reveal(), people });
  const contexts = [...config.targets.values()].map((target) => connectTarget(config, secrets, target));
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

function connectTarget(config: Config, secrets: Secrets, settings: TargetConfig): TargetContext {
  const secret = secrets.targets.get(settings.name);
  if (secret === undefined) throw new Error(`No connection string for target ${settings.name}.`);
  const connectionString = secret.database.reveal();
  const { name, window, thresholds, timing, backup, application } = settings;
  const target = postgresTarget({ name, connectionString, tuning: { lockBudgetMs: settings.lockBudgetMs } });
  const serverMajor = async () => (await target.identity()).serverMajor;
  return {
    name,
    window,
    thresholds,
    timing,
    quorum: config.quorum,
    runbook: config.runbook,
    migrations: migrationSource({ directory: settings.migrations, serverMajor }),
    target,
    backups: postgresBackups({
      connectionString,
      directory: backup.directory,
      scratchUrl: secret.scratch.reveal(),
      binDir: backup.tools ?? undefined,
      now: systemClock.now,
    }),
    sources: {
      database: databaseReadings({ connectionString }),
      application: applicationReadings({
        healthUrl: application.health,
        metricsUrl: application.metrics,
        timeoutMs: 2_000,
        now: systemClock.now,
      }),
    },
  };
}

/** Brings the ledger's own schema up to date with our own engine. Safe when several processes start at once. */
export async function prepareLedger(connectionString: string): Promise<readonly string[]> {
  const read = await migrationSource({ directory: OWN_MIGRATIONS, serverMajor: async () => 15 }).read();
  if (!read.ok)
    throw new Error(`The ledger's own migrations cannot be read: ${read.problems.map((problem) => problem.message).join('; ')}`);
  return applyOwnMigrations({ connectionString, migrations: read.migrations });
}
