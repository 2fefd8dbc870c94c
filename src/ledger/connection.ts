import { DatabaseError, Pool, type ClientConfig, type PoolClient, type QueryResultRow } from 'pg';
import { COLUMN_TYPES } from './column-types.ts';
import { inOperatorsWords } from './trouble.ts';

/** Runs one statement and answers its rows. */
export type Rows = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export interface Connection {
  /** One statement by itself. */
  readonly rows: Rows;
  /** Everything or nothing: an exception undoes what was done, and nothing is answered before it is committed. */
  transaction<Result>(work: (rows: Rows) => Promise<Result>, mode?: 'READ COMMITTED' | 'REPEATABLE READ READ ONLY'): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Set by a statement and not as startup options, which poolers refuse. An empty search_path: the ledger names its schema everywhere.
 * A session that died in the middle lets its locks go after 30 s at the latest.
 */
export const SESSION = `SET SESSION TimeZone = 'UTC'; SET SESSION DateStyle = 'ISO, MDY'; SET SESSION search_path = '';
SET SESSION lock_timeout = '10s'; SET SESSION statement_timeout = '15s'; SET SESSION idle_in_transaction_session_timeout = '30s'`;

/** What every connection to the ledger has in common. */
export function clientConfig(connectionString: string): ClientConfig {
  return {
    connectionString,
    application_name: 'offpeak ledger',
    types: COLUMN_TYPES,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 5_000,
    // pg's own limit must be the later one: a statement that PostgreSQL ends itself leaves a usable session.
    query_timeout: 20_000,
  };
}

/** The ledger's connections. Connects when first asked; every error is in the operator's words. */
export function ledgerConnection(connectionString: string): Connection {
  let opened: Pool | undefined;
  const pool = () => (opened ??= open(connectionString));

  return {
    rows: async (text, values) => {
      try {
        return await query(pool(), text, values);
      } catch (error) {
        throw inOperatorsWords(error);
      }
    },
    transaction: async (work, mode = 'READ COMMITTED') => {
      let client: PoolClient;
      try {
        client = await pool().connect();
      } catch (error) {
        throw inOperatorsWords(error);
      }
      return await inTransaction(client, mode, work);
    },
    close: async () => {
      await opened?.end();
    },
  };
}

function open(connectionString: string): Pool {
  const onConnect = async (client: { query(text: string): Promise<unknown> }) => {
    await client.query(SESSION);
  };
  // eslint-disable-next-line typescript/no-misused-promises -- pg-pool awaits the promise; its types do not say so.
  const pool = new Pool({ ...clientConfig(connectionString), max: 10, onConnect });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

async function inTransaction<Result>(client: PoolClient, mode: string, work: (rows: Rows) => Promise<Result>): Promise<Result> {
  // A checked-out connection that breaks says so through its next statement; the event alone would end the process.
  const ignore = () => {};
  client.on('error', ignore);
  let broken = true;
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${mode}`);
    const result = await work((text, values) => query(client, text, values));
    await commit(client);
    broken = false;
    return result;
  } catch (error) {
    broken = !(await undone(client));
    throw inOperatorsWords(error);
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** Commits. When the answer is lost, it is not known whether the change was saved, and the error says exactly that. */
async function commit(client: PoolClient): Promise<void> {
  let answer: string;
  try {
    answer = (await client.query('COMMIT')).command;
  } catch (error) {
    const refused = error instanceof DatabaseError && !/^(08|57P)/.test(error.code ?? '');
    const unknown =
      'It broke off while the change was being saved, so it is not known whether it was: read the run again before repeating it.';
    throw refused ? error : inOperatorsWords(error, unknown);
  }
  if (answer !== 'COMMIT') throw new Error('The ledger did not save the change: its transaction had failed. Nothing was changed.');
}

async function undone(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The session is gone, and PostgreSQL undoes what a lost session had not committed.
    return false;
  }
}

async function query<Row extends QueryResultRow>(
  on: { query(text: string, values: unknown[]): Promise<{ rows: QueryResultRow[] }> },
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const result = await on.query(text, [...values]);
  return result.rows as Row[];
}
