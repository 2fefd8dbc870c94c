import { DatabaseError, Pool, type ClientConfig, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg';
import { COLUMN_TYPES } from './column-types.ts';
import { inOperatorsWords } from './trouble.ts';

const NOTHING_CHANGED = 'Nothing was changed.';
const UNKNOWN = 'It broke off while a change was being saved, so it is not known whether it was: look at the run before you repeat it.';

/** Runs one statement and answers its rows. */
export type Rows = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export interface Connection {
  /** One statement by itself. */
  readonly rows: Rows;
  /**
   * Everything or nothing: an exception undoes what was done, and nothing is answered before it is committed. Statements that are asked
   * without waiting travel together, those that `work` leaves unawaited together with the COMMIT; the first that fails undoes them all.
   */
  transaction<Result>(work: (rows: Rows) => Promise<Result>, mode?: 'READ COMMITTED' | 'REPEATABLE READ READ ONLY'): Promise<Result>;
  /** Waits for what is under way. Safe to call twice; whatever is asked afterwards is refused. */
  close(): Promise<void>;
}

/**
 * Set by a statement and not as startup options, which poolers refuse. An empty search_path: the ledger names its schema everywhere.
 * A session that died in the middle lets its locks go after 30 s at the latest.
 */
const SESSION = `SET SESSION TimeZone = 'UTC'; SET SESSION DateStyle = 'ISO, MDY'; SET SESSION search_path = '';
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

/** The ledger's connections. Connects when first asked; every error of pg is in the operator's words. */
export function ledgerConnection(connectionString: string): Connection {
  let opened: Pool | undefined;
  // Made when first asked, so that an address that is no URL is reported like any other that leads nowhere.
  const pool = () => (opened ??= open(connectionString));
  let closing: Promise<void> | undefined;

  return {
    rows: <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      translated(async () => (await pool().query<Row>(prepared(text, values))).rows),
    transaction: async (work, mode = 'READ COMMITTED') => {
      const client = await translated(() => pool().connect());
      return await inTransaction(client, mode, work);
    },
    close: async () => {
      closing ??= pool().end();
      await closing;
    },
  };
}

function ignore(): void {}

/** Planned once by each connection, under a name that stands for its text. */
function prepared(text: string, values: readonly unknown[]): QueryConfig {
  let name = NAMES.get(text);
  if (name === undefined) NAMES.set(text, (name = `ledger${NAMES.size + 1}`));
  return { name, text, values: [...values] };
}

/** The statements of the ledger are constants, so there are as many names as there are of them. */
const NAMES = new Map<string, string>();

async function settle(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(SESSION);
}

function open(connectionString: string): Pool {
  // oxlint-disable-next-line typescript/no-misused-promises -- pg-pool awaits the promise; its types do not say so.
  const pool = new Pool({ ...clientConfig(connectionString), max: 10, pipeline: true, onConnect: settle });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', ignore);
  return pool;
}

async function inTransaction<Result>(client: PoolClient, mode: string, work: (rows: Rows) => Promise<Result>): Promise<Result> {
  // A connection that breaks fails the statement it is in; the event beside that would end the process.
  client.on('error', ignore);
  const asked: Promise<unknown>[] = [];
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    const answer = translated(question);
    // Looked at before anything counts as done; nobody else need wait for it.
    answer.catch(ignore);
    asked.push(answer);
    return answer;
  };
  const rows: Rows = <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    ask(async () => (await client.query<Row>(prepared(text, values))).rows);
  let usable = true;
  try {
    void ask(() => client.query(`BEGIN ISOLATION LEVEL ${mode}`));
    const result = await work(rows);
    await commit(client, asked);
    return result;
  } catch (error) {
    await Promise.allSettled(asked);
    usable = await undone(client);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!usable);
  }
}

/**
 * Commits, behind everything that was asked. When the answer is lost, it is not known whether the change was saved, and the error
 * says exactly that.
 */
async function commit(client: PoolClient, asked: readonly Promise<unknown>[]): Promise<void> {
  let answer: string;
  try {
    answer = (await client.query('COMMIT')).command;
  } catch (error) {
    const refused = error instanceof DatabaseError && !/^(08|57P)/.test(error.code ?? '');
    throw inOperatorsWords(error, refused ? NOTHING_CHANGED : UNKNOWN);
  }
  // A statement that failed says why; PostgreSQL then answers ROLLBACK.
  await Promise.all(asked);
  // PostgreSQL answers ROLLBACK, and no error, to the COMMIT of a transaction in which a statement failed.
  if (answer !== 'COMMIT') throw new Error(`The ledger did not save the change: a statement before it had failed. ${NOTHING_CHANGED}`);
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

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw inOperatorsWords(error, NOTHING_CHANGED);
  }
}
