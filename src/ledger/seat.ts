import { Client } from 'pg';
import type { Seat } from '../ports.ts';
import { stopwatch } from '../clock.ts';
import { clientConfig } from './connection.ts';

/** A session's lock: it is free again the moment the session of its holder ends, however the holder ended. */
const TAKE = `SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('offpeak ' || $1, 0)) AS taken`;
const ALIVE = 'SELECT 1';
/** A holder whose machine vanished is given up by the server after about ten seconds. On a socket file these do nothing. */
const SESSION = `SET SESSION tcp_keepalives_idle = 4; SET SESSION tcp_keepalives_interval = 2; SET SESSION tcp_keepalives_count = 3`;

const EVERY_MS = 1_000;
/** A holder that has not heard from the server for so long stands back, well before the server gives the seat away. */
const SURE_MS = 4_000;

/**
 * Stands for the seat of this name, once a second, on a connection of its own, until it is closed. Never throws: a ledger that cannot be
 * reached is a seat that is not held.
 */
export function seat(connectionString: string, name: string): Seat {
  const elapsedMs = stopwatch();
  let client: Client | null = null;
  let heldAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (lost: Client) => {
    if (client !== lost) return;
    client = null;
    heldAt = Number.NEGATIVE_INFINITY;
    void end(lost);
  };

  async function connect(): Promise<Client> {
    const limits = { query_timeout: 3_000, connectionTimeoutMillis: 3_000 };
    const fresh = new Client({ ...clientConfig(connectionString), ...limits, application_name: `offpeak ${name} ${process.pid}` });
    client = fresh;
    fresh.on('error', () => lose(fresh));
    fresh.on('end', () => lose(fresh));
    await fresh.connect();
    await fresh.query(SESSION);
    return fresh;
  }

  async function look(): Promise<void> {
    const asked = elapsedMs();
    const session = client ?? (await connect());
    const taken = Number.isFinite(heldAt)
      ? (await session.query(ALIVE)).rowCount === 1
      : (await session.query<{ taken: boolean }>(TAKE, [name])).rows[0]?.taken === true;
    if (taken && client === session) heldAt = asked;
  }

  async function round(): Promise<void> {
    try {
      await look();
    } catch {
      if (client !== null) lose(client);
    }
    if (!closed) timer = setTimeout(() => void round(), EVERY_MS);
  }

  const first = round();
  return {
    held: () => !closed && elapsedMs() - heldAt < SURE_MS,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await first;
      if (client !== null) await end(client);
    },
  };
}

async function end(client: Client): Promise<void> {
  try {
    await client.end();
  } catch {
    // It was not connected any more, which is what was wanted.
  }
}
