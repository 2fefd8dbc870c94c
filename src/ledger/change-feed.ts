import { Client } from 'pg';
import type { ChangeFeed } from '../ports.ts';
import { clientConfig } from './connection.ts';
import { inOperatorsWords } from './trouble.ts';

/** Delivered when the transaction commits, so whoever hears of a change can read it. */
export const NOTIFY = `SELECT pg_catalog.pg_notify('offpeak_run', $1::text)`;
const LISTEN = 'LISTEN offpeak_run';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Every subscription has a connection of its own. `close` ends them all. */
export function changeFeed(connectionString: string): ChangeFeed & { close(): Promise<void> } {
  const open = new Set<{ close(): Promise<void> }>();
  return {
    listen: async (onChange) => {
      const subscription = await subscribe(connectionString, onChange);
      const close = async () => {
        open.delete(subscription);
        await subscription.close();
      };
      open.add(subscription);
      return { close };
    },
    close: async () => {
      await Promise.all([...open].map((subscription) => subscription.close()));
      open.clear();
    },
  };
}

/**
 * Answers after the first attempt, also when it failed: a hint that comes later is no reason for the program not to start.
 * Then connects again for ever, with pauses that double up to ten seconds. What happens meanwhile is not told again.
 */
async function subscribe(connectionString: string, onChange: (runId: string) => void): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let current: Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  const again = (lost: Client) => {
    if (closed || lost !== current) return;
    current = null;
    timer = setTimeout(() => void attempt(), pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    void end(lost);
  };
  const attempt = async (): Promise<void> => {
    const client = new Client(clientConfig(connectionString));
    current = client;
    client.on('error', () => again(client));
    client.on('end', () => again(client));
    client.on('notification', ({ payload }) => {
      if (payload !== undefined && payload !== '') onChange(payload);
    });
    try {
      await client.connect();
      await client.query(LISTEN);
      pauseMs = FIRST_PAUSE_MS;
    } catch {
      again(client);
    }
  };

  try {
    await attempt();
  } catch (error) {
    // Only an address that is none gets here, and no second attempt would mend it.
    throw inOperatorsWords(error, 'Nothing was changed.');
  }
  const close = async (): Promise<void> => {
    closed = true;
    clearTimeout(timer);
    if (current !== null) await end(current);
  };
  return { close };
}

async function end(client: Client): Promise<void> {
  try {
    await client.end();
  } catch {
    // It was not connected any more, which is what was wanted.
  }
}
