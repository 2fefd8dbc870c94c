import { Client } from 'pg';
import type { Instant } from '../domain/instant.ts';
import { instantOf } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';
import { queryFailure } from './database-failure.ts';
import { assertFresh } from './fresh.ts';
import { quantityOf, type Hidden, type Quantity } from './quantity.ts';
import { reading, Unreadable } from './reading.ts';

/** A number out of a database of the team's, by one statement that reads. */
export type AnalyticsSettings = {
  readonly database: Hidden;
  /** Answers one row: the number, and where it is counted beforehand, when (timestamptz). */
  readonly query: string;
  readonly max_age: number;
};

const TIMEOUT_MS = 2000;
/** int8, int2, int4, float4, float8, numeric: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const NUMBERS = new Set([20, 21, 23, 700, 701, 1700]);
const TIMESTAMPTZ = 1184;

const WHAT = 'The analytics query';

/** Its session can only read. Two columns or fewer, one row, a real number. */
export function analyticsReading(
  settings: AnalyticsSettings,
  { now, quantity }: { now: () => Instant; quantity: Quantity },
): () => Promise<Reading<number>> {
  return () =>
    reading(
      'analytics query',
      async () => {
        const { rows, fields } = await asked(settings);
        const [row, ...more] = rows;
        if (row === undefined) throw new Unreadable(`${WHAT} answered no row: nothing was measured.`);
        if (more.length > 0) throw new Unreadable(`${WHAT} answered more than one row.`);
        const [number, time] = fields;
        if (number === undefined || !NUMBERS.has(number.dataTypeID))
          throw new Unreadable(`${WHAT} must answer a number in its first column.`);
        const [value, measured] = row;
        if (value === null || value === undefined) throw new Unreadable(`${WHAT} answered null: nothing was measured.`);
        if (time !== undefined) assertMeasured(measured, time.dataTypeID, { what: WHAT, now: now(), maxAgeMs: settings.max_age });
        return quantityOf(Number(value), quantity, { what: WHAT });
      },
      queryFailure,
    );
}

function assertMeasured(value: unknown, type: number, freshness: Parameters<typeof assertFresh>[1]): void {
  if (type !== TIMESTAMPTZ || !(value instanceof Date)) throw new Unreadable(`${WHAT} must answer a timestamptz in its second column.`);
  assertFresh(instantOf(value.getTime()), freshness);
}

async function asked({ database, query }: AnalyticsSettings) {
  const client = new Client({
    connectionString: database.reveal(),
    application_name: 'offpeak:analytics',
    connectionTimeoutMillis: TIMEOUT_MS,
    statement_timeout: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    options: '-c default_transaction_read_only=on',
  });
  // A connection that breaks between two statements fails the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    // Read as a table of which two rows come: neither a second statement nor one that writes can stand there, and a million rows stay away.
    const text = `select * from (\n${query.replace(/;\s*$/, '')}\n) as reading limit 2`;
    return await client.query<unknown[], []>({ text, rowMode: 'array' });
  } finally {
    void client.end().catch(() => {});
  }
}
