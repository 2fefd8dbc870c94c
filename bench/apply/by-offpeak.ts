import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { connectServices, prepareLedger, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Command } from '../../src/domain/commands.ts';
import { METRICS } from '../../src/domain/monitor.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { status } from '../../src/usecases/status.ts';
import { performStep } from '../../src/worker/steps/index.ts';
import { task, type Task } from '../../src/worker/task.ts';
import { helpfulCommands } from '../../test/support/commands.ts';
import { by, PEOPLE } from '../../test/support/plans.ts';

export type Measured = { readonly planMs: number; readonly applyMs: number; readonly statusMs: number };
type Databases = { readonly ledger: string; readonly target: string; readonly scratch: string };

/** The ledger's clock says evening, so that no window closes whatever the hour. */
const EVENING = `
  CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE
  AS $$ SELECT timestamptz '2026-11-24 20:00Z' + (clock_timestamp() - pg_postmaster_start_time()) $$`;
/** An hour later: the observation is over. */
const LATER = EVENING.replace('20:00Z', '21:00Z');
const SAMPLE_MS = 1_000;

/** Milliseconds of planning the folder `migrations`, of applying it with the full journal, and of a status afterwards. */
export async function measureOffpeak(databases: Databases, directory: string): Promise<Measured> {
  const app = await services(databases, directory);
  try {
    const planning = performance.now();
    const planned = await plan(app, { target: 'production', actor: by('nora') });
    const planMs = performance.now() - planning;
    if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
    await approved(app, planned.run);
    const applyMs = await applied(app);
    await over(app, databases.ledger, planned.run.id);
    const asking = performance.now();
    const standing = await status(app, 'production');
    const statusMs = performance.now() - asking;
    if (standing.problem !== null || standing.pending.length > 0)
      throw new Error(standing.problem ?? `pending: ${standing.pending.join()}`);
    return { planMs, applyMs, statusMs };
  } finally {
    await app.close();
  }
}

/** The worker's own steps, and beside them a reading of the monitor every second, as in production. */
async function applied(app: App): Promise<number> {
  const context = app.targets.get('production');
  const claim = await app.ledger.claim('bench', 600_000, ['production']);
  if (claim === null || context === undefined) throw new Error('The run cannot be claimed.');
  const live = new AbortController().signal;
  const lease = { signal: live, lost: () => false, release: () => Promise.resolve() };
  const current = task({ services: app, context, claim, lease, graceMs: 1_000 });
  await reading(app, claim.run);
  const sampling = setInterval(() => void reading(app, claim.run), SAMPLE_MS);
  try {
    const begun = performance.now();
    await whileMigrating(current, live);
    return performance.now() - begun;
  } finally {
    clearInterval(sampling);
    await current.close();
  }
}

async function whileMigrating(current: Task, live: AbortSignal): Promise<void> {
  for (;;) {
    const run = await current.load();
    if (run.state === 'validating') return;
    const next = nextStep(run, await current.services.ledger.now());
    if (next.kind !== 'step' || run.state !== 'migrating') throw new Error(`The run is ${run.state}: ${run.holding?.detail}`);
    await performStep(current, run, next, live);
  }
}

async function reading(app: App, run: Run): Promise<void> {
  const at = await app.ledger.now();
  await app.ledger.record(
    run.id,
    METRICS.map((metric) => ({ metric, at, value: 0, detail: '' })),
  );
}

/** Everything people and worker do before the first write, as commands: it is not what is measured. */
async function approved(app: App, planned: Run): Promise<void> {
  let run = planned;
  for (let turn = 0; run.state !== 'migrating' && turn < 60; turn += 1) {
    for (const command of helpfulCommands(run, await app.ledger.now())) {
      const approver = by(turn % 2 === 0 ? 'sam' : 'kim');
      const person = command.type === 'acknowledge_item' ? by('ana') : by('olga');
      const actor = command.type === 'approve' ? approver : /^(record|begin)_/.test(command.type) ? OFFPEAK : person;
      const outcome = await app.ledger.execute(run.id, command.type === 'record_rehearsal' ? quick(command) : command, actor);
      if (outcome.ok) run = outcome.run;
    }
  }
  if (run.state !== 'migrating') throw new Error(`The run is ${run.state}: ${run.holding?.detail}`);
}

/** The run is validated, observed and completed: nothing is pending and nothing runs when the status is asked. */
async function over(app: App, ledger: string, runId: string): Promise<void> {
  await clockOf(ledger, LATER);
  for (let turn = 0; turn < 3; turn += 1) {
    const run = await app.ledger.load(runId);
    for (const command of run === null ? [] : helpfulCommands(run, await app.ledger.now()))
      await app.ledger.execute(runId, command, OFFPEAK);
  }
  const run = await app.ledger.load(runId);
  if (run?.state !== 'completed') throw new Error(`The run is ${run?.state}: ${run?.holding?.detail}`);
}

async function clockOf(ledger: string, clock: string): Promise<void> {
  const client = new Client({ connectionString: ledger });
  await client.connect();
  await client.query(clock);
  await client.end();
}

/** The rehearsal as it measures such migrations: a few milliseconds each. */
function quick(command: Extract<Command, { type: 'record_rehearsal' }>): Command {
  const { rehearsal } = command;
  return { ...command, rehearsal: { ...rehearsal, statements: rehearsal.statements.map((statement) => ({ ...statement, ms: 2 })) } };
}

async function services({ ledger, target, scratch }: Databases, directory: string): Promise<App> {
  await prepareLedger(ledger);
  await clockOf(ledger, EVENING);
  const file = join(directory, 'offpeak.yaml');
  await writeFile(file, stringify(SETTINGS));
  const loaded = loadConfig({ file, env: { LEDGER: ledger, TARGET: target, SCRATCH: scratch }, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  const app = connectServices(loaded.config, loaded.secrets, {
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => console.error(message, fields),
  });
  // The scratch server takes no part in what is measured.
  const targets = new Map(
    [...app.targets].map(([name, context]) => [
      name,
      { ...context, backups: { ...context.backups, unusable: () => Promise.resolve(null) } },
    ]),
  );
  return { ...app, targets };
}

const SETTINGS = {
  ledger: '${LEDGER}',
  runbook: { version: '1', owner: 'x' },
  slack: { channel: 'deployments', bot_token: 'xoxb-none', app_token: 'xapp-none' },
  people: PEOPLE.filter((person) => person.roles.length > 0).map(({ id, name, roles }) => ({ id, name, roles: [...roles] })),
  default_target: 'production',
  targets: {
    production: {
      database: '${TARGET}',
      scratch: '${SCRATCH}',
      zone: 'UTC',
      migrations: './migrations',
      application: { health: 'http://127.0.0.1:9/', metrics: 'http://127.0.0.1:9/' },
    },
  },
};
