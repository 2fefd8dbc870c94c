import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { unitsOf, type Migration } from '../../src/domain/plan.ts';
import { migrationSource } from '../../src/migration/source.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';

/** How one change reaches the database. `apply` answers when it is committed. */
export type Way = { readonly name: string; readonly apply: ((url: string, change: Change) => Promise<void>) | null };

/** The change as a careless file writes it, and as the plan's recipe writes it. `version` is new for each application. */
export type Change = { readonly version: string; readonly careless: string; readonly careful: string; readonly undo: string };

const LOCK_TIMEOUT_MS = 2_000;
const RETRY_PAUSE_MS = 500;
const RETRIES = 60;

export const WAYS: readonly Way[] = [
  { name: 'nobody migrates', apply: null },
  { name: 'naive: the statement, no timeout', apply: naive },
  { name: 'lock_timeout 2 s, retried', apply: withRetries },
  { name: 'Offpeak', apply: offpeak },
];

async function naive(url: string, { careless }: Change): Promise<void> {
  await onConnection(url, (client) => client.query(careless));
}

async function withRetries(url: string, { careless }: Change): Promise<void> {
  await onConnection(url, async (client) => {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    for (let tries = 1; ; tries += 1) {
      try {
        return await client.query(careless);
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== '55P03' || tries === RETRIES) throw error;
        await pause(RETRY_PAUSE_MS);
      }
    }
  });
}

/** The engine with its defaults: lock, fence, marker, history and the second session that watches. */
async function offpeak(url: string, change: Change): Promise<void> {
  const target = postgresTarget({ name: 'bench', connectionString: url });
  const migration = await planned(change, async () => (await target.identity()).serverMajor);
  const runId = `bench-${change.version}`;
  const answer = await target.lock({ runId, epoch: 1 });
  if (!answer.ok) throw new Error(`The target is locked by ${answer.holder}.`);
  try {
    const units = unitsOf({ migrations: [migration] });
    for (const unit of units) {
      const outcome = await target.apply({
        runId,
        epoch: 1,
        migration,
        unit,
        last: unit === units.at(-1),
        gate: () => Promise.resolve(null),
        signal: new AbortController().signal,
        onBackend: () => Promise.resolve(true),
        onProgress: () => undefined,
      });
      if (outcome.result !== 'applied') throw new Error(JSON.stringify(outcome));
    }
  } finally {
    await answer.lock.release();
    await target.close();
  }
}

/** The change as the program reads it from a file. */
async function planned({ version, careful, undo }: Change, serverMajor: () => Promise<number>): Promise<Migration> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
  try {
    await writeFile(join(directory, `${version}_change.up.sql`), `${careful};\n`);
    await writeFile(join(directory, `${version}_change.down.sql`), `${undo};\n`);
    const read = await migrationSource({ directory, serverMajor }).read();
    const migration = read.ok ? read.migrations[0] : undefined;
    if (migration === undefined) throw new Error(JSON.stringify(read));
    return migration;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function onConnection(url: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'migration' });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
