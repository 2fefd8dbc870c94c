import { Client } from 'pg';
import type { ClockControl } from './slack/options.ts';

/**
 * Hands on the program's clock: the ledger's `offpeak.now()` is replaced by one that adds an offset. The program itself knows nothing of it.
 * `set` and `advance` refuse what is no moment; leases go on in real time, so no worker loses its run when the clock jumps.
 */
export async function clockOf(ledgerUrl: string, zone: string): Promise<ClockControl & { stop(): Promise<void> }> {
  const client = new Client({ connectionString: ledgerUrl, application_name: 'playground:clock' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS playground;
    CREATE TABLE IF NOT EXISTS playground.clock (ahead interval NOT NULL);
    INSERT INTO playground.clock SELECT interval '0' WHERE NOT EXISTS (SELECT FROM playground.clock);
    CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM playground.clock)';
  `);
  const now = async () => {
    const { rows } = await client.query<{ now: Date }>('SELECT offpeak.now()');
    return rows[0]?.now.toISOString() ?? '';
  };
  return {
    zone,
    now,
    set: async (wanted) => {
      if (Number.isNaN(Date.parse(wanted)))
        throw new Error(`${JSON.stringify(wanted)} is no moment. Write it like 2026-11-24T18:00:00+01:00.`);
      await client.query('UPDATE playground.clock SET ahead = $1::timestamptz - clock_timestamp()', [wanted]);
      return now();
    },
    advance: async (seconds) => {
      await client.query('UPDATE playground.clock SET ahead = ahead + make_interval(secs => $1)', [seconds]);
      return now();
    },
    stop: () => client.end(),
  };
}
