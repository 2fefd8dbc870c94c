import type { Migration } from '../../domain/plan.ts';
import { connected } from '../backup/connection.ts';

const CREATES = /^create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"(?<quoted>[^"]+)"|(?<plain>[\w$]+))/i;

/** A sentence for each extension that a migration creates and this server does not have; said before anything runs. */
export async function lackedExtensions(url: string, migrations: readonly Migration[]): Promise<readonly string[]> {
  const created = migrations.flatMap(({ up, statements }) =>
    statements.flatMap(({ sql, line }) => {
      const { quoted, plain } = CREATES.exec(sql)?.groups ?? {};
      const name = quoted ?? plain?.toLowerCase();
      return name === undefined ? [] : [{ name, place: `${up.path} line ${line}` }];
    }),
  );
  if (created.length === 0) return [];
  const client = await connected(url, 'offpeak:rehearsal');
  try {
    const { rows } = await client.query<{ name: string }>('select name from pg_available_extensions where name = any ($1)', [
      created.map(({ name }) => name),
    ]);
    const lacked = created.filter(({ name }) => !rows.some((row) => row.name === name));
    return lacked.map(
      ({ name, place }) =>
        `${place}: the server lacks the extension ${name}, so this migration fails there, and so may those after it. Install its package, or name a server that has it.`,
    );
  } finally {
    await client.end();
  }
}
