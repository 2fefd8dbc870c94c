import type { Client } from 'pg';
import type { PlainStatement } from '../../domain/plan.ts';

export type Validation = { readonly version: string; readonly statements: readonly PlainStatement[] };

/** Runs validation queries read-only: rows and errors are failures, as `0008 line 3: 12 rows` (R54, M3). Nothing they do remains. */
export async function failedValidations(client: Client, validations: readonly Validation[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { version, statements } of validations) {
    for (const { sql, line } of statements) {
      const failure = await failureOf(client, sql);
      if (failure !== null) failures.push(`${version} line ${line}: ${failure}`);
    }
  }
  return failures;
}

async function failureOf(client: Client, sql: string): Promise<string | null> {
  await client.query('begin transaction read only');
  try {
    const { rows } = await client.query(sql);
    if (rows.length === 0) return null;
    return rows.length === 1 ? '1 row' : `${rows.length} rows`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.query('rollback');
  }
}
