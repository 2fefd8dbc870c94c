import 'temporal-polyfill/global';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { startPostgres, type PostgresServer } from '../playground/postgres/server.ts';
import { connectServices, prepareLedger, type App } from '../src/app.ts';
import { loadConfig } from '../src/config/load.ts';
import { METRICS } from '../src/domain/monitor.ts';
import { OFFPEAK } from '../src/domain/people.ts';
import { plan } from '../src/usecases/plan.ts';
import { performStep } from '../src/worker/steps/index.ts';
import { nextStep } from '../src/domain/next-step.ts';
import { task } from '../src/worker/task.ts';
import { helpfulCommands } from '../test/support/commands.ts';
import { by, PEOPLE } from '../test/support/plans.ts';

/**
 * `npm run bench:apply`: 200 migrations, planned and applied with the full journal (two ledger events, fence, marker and history per
 * file), beside plain SQL: one file, one transaction, one history row, on one connection of the same server. Rounds alternate.
 */
const MIGRATIONS = 200;
const ROUNDS = 5;

const files = Array.from({ length: MIGRATIONS }, (_, index) => {
  const n = String(index + 1).padStart(4, '0');
  const up =
    index % 2 === 0
      ? `CREATE TABLE t${n} (id bigint PRIMARY KEY, name text NOT NULL);`
      : `ALTER TABLE t${String(index).padStart(4, '0')} ADD COLUMN note text;`;
  const down = index % 2 === 0 ? `DROP TABLE t${n};` : `ALTER TABLE t${String(index).padStart(4, '0')} DROP COLUMN note;`;
  return { n, up, down };
});

async function database(server: PostgresServer, name: string): Promise<string> {
  const client = new Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await client.end();
  return server.url(name);
}

/** Milliseconds of plain execution. */
async function plain(server: PostgresServer): Promise<number> {
  const client = new Client({ connectionString: await database(server, 'plain') });
  await client.connect();
  await client.query('CREATE TABLE history (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())');
  const begun = performance.now();
  for (const { n, up } of files) {
    await client.query('BEGIN');
    await client.query(up);
    await client.query('INSERT INTO history (version) VALUES ($1)', [n]);
    await client.query('COMMIT');
  }
  const ms = performance.now() - begun;
  await client.end();
  return ms;
}

async function services(server: PostgresServer, directory: string): Promise<App> {
  const env = {
    LEDGER: await database(server, 'ledger'),
    TARGET: await database(server, 'target'),
    SCRATCH: server.superuserUrl.replace('/postgres', '/scratch').replace('5432', '5433'),
  };
  await prepareLedger(env.LEDGER);
  const evening = new Client({ connectionString: env.LEDGER });
  await evening.connect();
  await evening.query(
    "CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() - date_trunc('day', clock_timestamp()) + timestamptz '2026-11-24 20:00Z' - (clock_timestamp() - date_trunc('day', clock_timestamp())) + (clock_timestamp() - pg_postmaster_start_time()) $$",
  );
  await evening.end();
  const people = PEOPLE.filter((person) => person.roles.length > 0).map(({ id, name, roles }) => ({ id, name, roles: [...roles] }));
  const production = {
    database: '${TARGET}',
    scratch: '${SCRATCH}',
    zone: 'UTC',
    migrations: './migrations',
    application: { health: 'http://127.0.0.1:9/', metrics: 'http://127.0.0.1:9/' },
  };
  const slack = { channel: 'deployments', bot_token: 'xoxb-none', app_token: 'xapp-none' };
  const yaml = {
    ledger: '${LEDGER}',
    runbook: { version: '1', owner: 'x' },
    slack,
    people,
    default_target: 'production',
    targets: { production },
  };
  await writeFile(join(directory, 'offpeak.yaml'), stringify(yaml));
  const loaded = loadConfig({ file: join(directory, 'offpeak.yaml'), env, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return connectServices(loaded.config, loaded.secrets, {
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => console.error(message, fields),
  });
}

/** Milliseconds of reading, parsing, judging and recording the plan, and of applying it. */
async function offpeak(server: PostgresServer, directory: string): Promise<{ plan: number; apply: number }> {
  const app = await services(server, directory);
  const context = app.targets.get('production');
  if (context === undefined) throw new Error('no target');
  // Neither the scratch server nor the application takes part in what is measured.
  const measured = {
    ...app,
    targets: new Map([['production', { ...context, backups: { ...context.backups, unusable: () => Promise.resolve(null) } }]]),
  };
  const planning = performance.now();
  const planned = await plan(measured, { target: 'production', actor: by('nora') });
  const planMs = performance.now() - planning;
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  let run = planned.run;
  for (let turn = 0; run.state !== 'migrating' && turn < 60; turn += 1) {
    for (const command of helpfulCommands(run, await app.ledger.now())) {
      const actor =
        command.type === 'approve' ? by(turn % 2 === 0 ? 'sam' : 'kim') : /^(record|begin)_/.test(command.type) ? OFFPEAK : by('olga');
      const outcome = await app.ledger.execute(run.id, command, actor);
      if (outcome.ok) run = outcome.run;
    }
  }
  const claim = await app.ledger.claim('bench', 600_000);
  if (claim === null || run.state !== 'migrating') throw new Error(`the run is ${run.state}`);
  const live = new AbortController().signal;
  const lease = { signal: live, lost: () => false, release: () => Promise.resolve() };
  const current = task({ services: measured, context, claim, lease, graceMs: 1_000 });
  const applying = performance.now();
  for (;;) {
    run = await current.load();
    if (run.state !== 'migrating') break;
    const at = await app.ledger.now();
    await app.ledger.record(
      run.id,
      METRICS.map((metric) => ({ metric, at, value: 0, detail: '' })),
    );
    const next = nextStep(run, at);
    if (next.kind !== 'step') throw new Error(`nothing to do in ${run.state}`);
    await performStep(current, run, next, live);
  }
  const applyMs = performance.now() - applying;
  if (run.state !== 'validating') throw new Error(`the run is ${run.state}: ${run.holding?.detail}`);
  await current.close();
  await app.close();
  return { plan: planMs, apply: applyMs };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
await mkdir(join(directory, 'migrations'));
for (const { n, up, down } of files) {
  await writeFile(join(directory, 'migrations', `${n}_m.up.sql`), up);
  await writeFile(join(directory, 'migrations', `${n}_m.down.sql`), down);
}
const server = await startPostgres();
try {
  const rounds: { plain: number; plan: number; apply: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ plain: await plain(server), ...(await offpeak(server, directory)) });
  const ratios = rounds.map((round) => round.apply / round.plain);
  console.log(`PostgreSQL ${server.binaries.major}, ${MIGRATIONS} migrations, ${ROUNDS} rounds, medians (min–max)\n`);
  const row = (name: string, values: readonly number[], unit = 'ms') =>
    console.log(
      `${name.padEnd(44)} ${median(values)
        .toFixed(unit === 'ms' ? 0 : 2)
        .padStart(
          7,
        )} ${unit}  (${Math.min(...values).toFixed(unit === 'ms' ? 0 : 2)}–${Math.max(...values).toFixed(unit === 'ms' ? 0 : 2)})`,
    );
  row(
    'plain SQL, one transaction a file',
    rounds.map((round) => round.plain),
  );
  row(
    'Offpeak: read, parse, judge, record the plan',
    rounds.map((round) => round.plan),
  );
  row(
    'Offpeak: apply with the full journal',
    rounds.map((round) => round.apply),
  );
  row('apply / plain', ratios, '×');
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
