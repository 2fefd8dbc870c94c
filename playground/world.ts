import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MIGRATIONS } from './acme/database.ts';
import { startChild } from './children.ts';
import { clockOf } from './clock.ts';
import { fill, LEDGER } from './databases.ts';
import { ZONE } from './people.ts';
import { findBinaries } from './postgres/binaries.ts';
import { startPostgres } from './postgres/server.ts';
import { startProgram, type Pids } from './program.ts';
import { environmentOf, yamlOf, type Places } from './settings.ts';
import { startSlack, type LocalSlack } from './slack/server.ts';
import { fillTheirs, type Theirs } from './theirs.ts';
import { workspace } from './workspace.ts';

export type WorldOptions = {
  /** Of the page; 0 for any. */
  readonly port: number;
  /** Where the migrations lie; the sample's own unless told. */
  readonly migrations?: string;
  /** Somebody else's migrations, on databases of their own beside Acme, whose traffic and metrics they get. */
  readonly theirs?: Theirs;
  readonly observe?: string;
  /** The load for staging runs; without it nothing is tried out on the twin, and a person confirms that line. */
  readonly twin?: { readonly load: readonly string[]; readonly impact?: string };
  readonly log: (line: string) => void;
};

/** Where the program raises its alerts unless told otherwise (`limits` in offpeak.example.yaml). */
const ALERTS = { p95_ms: 500, error_rate: 0.005 };

/** Everything the demo and the stories run on. */
export type World = {
  readonly slack: LocalSlack;
  readonly app: string;
  readonly places: Places;
  /** The environment in which `npx offpeak` finds all this. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  pids(): Pids;
  stop(): Promise<void>;
};

/** Boots two PostgreSQL servers, Acme twice, the local Slack, and bot and worker as their own processes. Stops what it started when it fails. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).toReversed()) await end().catch((error: unknown) => options.log(String(error)));
  };
  try {
    return { ...(await boot(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(options: WorldOptions, stops: (() => Promise<unknown>)[]): Promise<Omit<World, 'stop'>> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-demo-'));
  await chmod(directory, 0o755);
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const binaries = await findBinaries();
  const tools = binaries.tools === null ? null : dirname(binaries.tools.pg_dump);
  const servers = await Promise.all([startPostgres({ listen: 'tcp', binaries }), startPostgres({ listen: 'tcp', binaries })]);
  stops.push(() => Promise.all(servers.map((server) => server.stop())));
  const [main, scratch] = servers;
  const databases = await fill(main);
  const theirs = options.theirs === undefined ? null : await fillTheirs(main, options.theirs);
  const production = await startChild(new URL('./acme/process.ts', import.meta.url).pathname, {
    env: { ACME_DATABASE_URL: databases.production.webUrl },
    log: options.log,
  });
  stops.push(() => production.stop());
  const staging = await startChild(new URL('./acme/process.ts', import.meta.url).pathname, {
    env: { ACME_DATABASE_URL: databases.staging.webUrl, ACME_REQUESTS_PER_SECOND: '15' },
    log: options.log,
  });
  stops.push(() => staging.stop());
  const app = urlIn(production.firstLine);
  const ledger = main.url(LEDGER);
  const clock = await clockOf(ledger, ZONE);
  stops.push(() => clock.stop());
  const slack = await startSlack({
    ...(await workspace()),
    port: options.port,
    clock,
    metricsUrl: `${app}/metrics.json`,
    metricsLimits: ALERTS,
  });
  stops.push(() => slack.stop());
  const places: Places = {
    ledger,
    production: theirs?.production ?? databases.production.ownerUrl,
    staging: theirs?.staging ?? databases.staging.ownerUrl,
    scratch: scratch.superuserUrl,
    app,
    stagingApp: urlIn(staging.firstLine),
    slackApi: slack.apiUrl,
    migrations: options.theirs?.directory ?? options.migrations ?? MIGRATIONS.pathname,
    format: options.theirs?.format ?? 'native',
    backups: join(directory, 'backups'),
    tools,
    observe: options.observe ?? '1m',
    twin: options.twin ?? null,
  };
  await mkdir(places.backups);
  const configFile = join(directory, 'offpeak.yaml');
  await writeFile(configFile, yamlOf(places));
  const env = environmentOf(places, configFile);
  const program = await startProgram({ env, slack, log: options.log });
  stops.push(() => program.stop());
  return { slack, app, places, env, directory, pids: () => program.pids() };
}

function urlIn(line: string): string {
  const { url } = JSON.parse(line) as { url: string };
  return url;
}
