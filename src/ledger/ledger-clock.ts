import type { Instant } from '../domain/instant.ts';
import type { Rows } from './connection.ts';

const NOW = `SELECT offpeak.now() AS now`;

/** The ledger's clock, in milliseconds cut off and never rounded up: what is due then is due by PostgreSQL's finer clock too. */
export async function clock(rows: Rows): Promise<Instant> {
  const [row] = await rows<{ now: Instant }>(NOW);
  if (row === undefined) throw new Error('The ledger did not tell the time. Nothing was changed.');
  return row.now;
}
