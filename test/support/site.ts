import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { connectServices, prepareLedger, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Log } from '../../src/ports.ts';
import { startApplication, type Answers } from './application.ts';
import { PEOPLE } from './plans.ts';
import { secondCluster, sql, testDatabase, type TestDatabase } from './postgres.ts';

/** A target with its ledger, scratch server, files and application: everything but Slack. */
export type Site = {
  readonly services: App;
  readonly target: TestDatabase;
  /** The staging twin's; the target's own where there is none. */
  readonly twin: TestDatabase;
  readonly ledger: TestDatabase;
  readonly migrations: string;
  readonly answers: Answers;
  /** What was logged. */
  readonly lines: readonly string[];
  /** The environment in which a process of the program finds all this. */
  readonly env: Readonly<Record<string, string>>;
  /** Moves the program's clock. */
  setClock(at: string): Promise<void>;
  stop(): Promise<void>;
};

export type SiteOptions = {
  /** Name → text of the migration files. */
  readonly files: Readonly<Record<string, string>>;
  /** SQL that makes the target as it is before. */
  readonly schema: string;
  /** The database to migrate; one of its own on the shared server unless told. */
  readonly target?: TestDatabase;
  readonly observe?: string;
  /** More settings of the target, as offpeak.yaml has them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A staging twin beside it, with what its settings and production's say of it. */
  readonly twin?: {
    readonly schema: string;
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly production?: Readonly<Record<string, unknown>>;
  };
};

/** A log that is kept instead of printed: a failing story shows its last lines. */
function keptLog(lines: string[]): Log {
  const keep = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  return { info: keep('info'), warn: keep('warn'), error: keep('error') };
}

/** Boots a site on the shared server; the clock stands in the evening, far from peak hours. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-site-'));
  const [target, ledger, scratch, application] = await Promise.all([
    options.target ?? testDatabase(),
    testDatabase(),
    secondCluster(),
    startApplication(),
  ]);
  await sql(target.url, options.schema);
  const twin = options.twin === undefined ? target : await testDatabase();
  if (options.twin !== undefined) await sql(twin.url, options.twin.schema);
  await prepareLedger(ledger.url);
  const migrations = join(directory, 'migrations');
  await mkdir(migrations);
  await Promise.all(Object.entries(options.files).map(([name, text]) => writeFile(join(migrations, name), text)));
  const env = {
    OFFPEAK_CONFIG: join(directory, 'offpeak.yaml'),
    LEDGER_URL: ledger.url,
    TARGET_URL: target.url,
    TWIN_URL: twin.url,
    SCRATCH_URL: scratch.superuserUrl,
    SLACK_BOT_TOKEN: 'xoxb-none',
    SLACK_APP_TOKEN: 'xapp-none',
  };
  await writeFile(env.OFFPEAK_CONFIG, yaml(application.url, options));
  const loaded = loadConfig({ file: env.OFFPEAK_CONFIG, env, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  const lines: string[] = [];
  const services = connectServices(loaded.config, loaded.secrets, keptLog(lines));
  const setClock = async (at: string) => {
    await sql(
      ledger.url,
      `CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() + interval '${Date.parse(at) - Date.now()} ms' $$`,
    );
  };
  await setClock('2026-11-24T19:00:00Z');
  const stop = async () => {
    await services.close();
    await application.stop();
    await Promise.all([target.drop(), ledger.drop(), ...(twin === target ? [] : [twin.drop()])]);
    await rm(directory, { recursive: true, force: true });
  };
  return { services, target, twin, ledger, migrations, lines, answers: application.answers, env, setClock, stop };
}

function yaml(application: string, { observe = '1s', settings = {}, twin }: SiteOptions): string {
  const target = {
    scratch: '${SCRATCH_URL}',
    zone: 'Europe/Berlin',
    migrations: './migrations',
    backup: { directory: './backups' },
    application: { health: `${application}/health`, metrics: `${application}/metrics` },
    observe,
    // A test machine is busy: how fast it answers is not what these tests are about.
    limits: { latency: '5s' },
    monitor: { application: '200ms' },
    ...settings,
  };
  const staging = { database: '${TWIN_URL}', ...target, ...twin?.settings };
  return stringify({
    ledger: '${LEDGER_URL}',
    runbook: { version: '1.0', owner: 'Database Team' },
    slack: { channel: 'deployments', bot_token: '${SLACK_BOT_TOKEN}', app_token: '${SLACK_APP_TOKEN}' },
    people: PEOPLE.filter((person) => person.roles.length > 0).map(({ id, name, roles }) => ({ id, name, roles: [...roles] })),
    default_target: 'production',
    targets: {
      production: { database: '${TARGET_URL}', ...target, ...(twin === undefined ? {} : { staging: 'staging', ...twin.production }) },
      ...(twin === undefined ? {} : { staging }),
    },
  });
}
