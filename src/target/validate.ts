import { DatabaseError, type Client } from 'pg';
import { codeOf, isConnectionLoss } from './errors.ts';
import { execute } from './session.ts';
import { isQuery } from './sql-shape.ts';

export type ValidationScript = {
  readonly version: string;
  readonly path: string;
  readonly statements: readonly { readonly sql: string; readonly line: number }[];
};

type Row = Readonly<Record<string, unknown>>;
type Answer = { readonly rows: number; readonly first: Row | undefined };

/**
 * Runs validation queries, each in a read-only transaction of its own with the session's timeout. Each is an assertion:
 * no row, or the single value true (R54). Anything else is a failure, `0008 line 3: 12 rows`; so is an error.
 * What stands in the rows is not repeated: it is customers' data, and failures are read in Slack.
 * Throws only when the connection is lost: then nothing is known.
 */
export async function runValidations(client: Client, scripts: readonly ValidationScript[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const script of scripts) {
    for (const { sql, line } of script.statements) {
      const failure = await validateOne(client, sql);
      if (failure !== null) failures.push(`${script.version} line ${line}: ${failure}`);
    }
  }
  return failures;
}

async function validateOne(client: Client, sql: string): Promise<string | null> {
  await client.query('BEGIN READ ONLY');
  try {
    return verdict(await ask(client, sql));
  } catch (error) {
    if (!(error instanceof DatabaseError) || isConnectionLoss(error)) throw error;
    return codeOf(error) === '57014' ? 'no answer within the time for a validation' : `${error.code ?? 'error'} ${error.message}`;
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

/** Fetches one row and lets the server count the rest: a query that finds a million bad rows must not fill our memory. */
async function ask(client: Client, sql: string): Promise<Answer> {
  if (!(await isQuery(sql))) {
    const { rows } = await execute(client, sql);
    return { rows: rows.length, first: rows[0] as Row | undefined };
  }
  await client.query(`DECLARE offpeak_validation NO SCROLL CURSOR FOR\n${sql.trim().replace(/;$/, '')}`);
  const { rows } = await client.query<Row>('FETCH 1 FROM offpeak_validation');
  const first = rows[0];
  if (first === undefined) return { rows: 0, first };
  const { rowCount } = await client.query('MOVE FORWARD ALL IN offpeak_validation');
  return { rows: 1 + (rowCount ?? 0), first };
}

/** Pure: null when the assertion holds. A null is no `true`: unknown is never a pass. */
export function verdict({ rows, first }: Answer): string | null {
  if (rows === 0 || first === undefined) return null;
  const values = Object.values(first);
  if (rows === 1 && values.length === 1 && values[0] === true) return null;
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`;
}
