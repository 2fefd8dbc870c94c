import type { Client } from 'pg';
import type { LossAnswer } from '../domain/price.ts';
import { codeOf } from './errors.ts';
import { withSession } from './session.ts';
import { DEFAULT_TUNING } from './tuning.ts';

/** Counting must neither wait for a migration that holds its locks nor read for minutes: a person is waiting for a button. */
const SETTINGS = { applicationName: 'offpeak:price', lockTimeoutMs: 200, statementTimeoutMs: 2_000 };
/** Milliseconds for all questions together; what is left then stays uncounted. */
const BUDGET_MS = 6_000;
/** Nobody needs to know it more exactly. */
const MOST = 1_000_000;

/**
 * Counts the rows of each query (one row each), read-only, in order; null asks nothing. Never throws for what a query meets: a table that is not
 * there, a lock, a timeout are answers. Throws TargetError when the database cannot be reached.
 */
export async function countLosses(connectionString: string, queries: readonly (string | null)[]): Promise<readonly LossAnswer[]> {
  if (queries.every((query) => query === null)) return queries.map(() => UNCOUNTABLE);
  return await withSession({ connectionString, connectMs: DEFAULT_TUNING.connectMs, settings: SETTINGS }, async ({ client }) => {
    // A policy that hides rows would make a loss look small.
    await client.query('set row_security = off');
    const until = performance.now() + BUDGET_MS;
    const answers: LossAnswer[] = [];
    for (const query of queries) {
      if (query === null) answers.push(UNCOUNTABLE);
      else answers.push(performance.now() < until ? await count(client, query) : { state: 'unknown', why: 'counting took too long' });
    }
    return answers;
  });
}

const UNCOUNTABLE: LossAnswer = { state: 'unknown', why: 'no query can tell' };

async function count(client: Client, query: string): Promise<LossAnswer> {
  await client.query('begin transaction read only');
  try {
    const { rows } = await client.query<{ rows: number }>(`select count(*)::int as rows from (${query} limit ${MOST + 1}) counted`);
    const counted = rows[0]?.rows ?? 0;
    return counted > MOST ? { state: 'at least', rows: MOST } : { state: 'counted', rows: counted };
  } catch (error) {
    return answerTo(error);
  } finally {
    await client.query('rollback').catch(() => {});
  }
}

const NOT_THERE: readonly string[] = ['42P01', '42703', '3F000'];
const WHY: Readonly<Record<string, string>> = {
  '57014': 'it takes longer than a moment',
  '55P03': 'the table is locked right now',
  '42501': 'this role may not read every row',
};

function answerTo(error: unknown): LossAnswer {
  const code = codeOf(error);
  if (code === null) throw error;
  if (NOT_THERE.includes(code)) return { state: 'not there' };
  return { state: 'unknown', why: WHY[code] ?? `the server answers ${code}` };
}
