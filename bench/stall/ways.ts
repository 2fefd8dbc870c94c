import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { oneMigration } from '../one-migration.ts';

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

async function offpeak(url: string, { version, careful, undo }: Change): Promise<void> {
  const apply = await oneMigration(url, { version, up: `${careful};\n`, down: `${undo};\n` });
  await apply();
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
