import { Client } from 'pg';
import type { RunScript } from '../src/target/backup/script.ts';

/**
 * Runs the units of a script as any tool would, on a session of its own: each group in its transaction, a lone statement without. The
 * first error in PostgreSQL's words, or null; what failed is rolled back, what was committed before it stays.
 */
export async function runPlainly(url: string, script: RunScript): Promise<string | null> {
  const client = new Client({ connectionString: url, application_name: 'plain-run' });
  await client.connect();
  try {
    for (const group of script.groups) {
      if (!group.alone) await client.query('BEGIN');
      for (const { sql } of group.statements) await client.query({ text: sql, queryMode: 'extended' } as { text: string });
      if (!group.alone) await client.query('COMMIT');
    }
    return null;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end();
  }
}
