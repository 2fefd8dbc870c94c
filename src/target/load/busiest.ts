import type { Client } from 'pg';
import type { LoadRequest } from '../../ports.ts';
import { quoted } from '../sql-shape.ts';

const EXTENSION = `
  SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`;

/** Reading queries of this database, those first on which the server spent most time (https://www.postgresql.org/docs/current/pgstatstatements.html). */
const BUSIEST = (schema: string) => `
  SELECT query, sum(total_exec_time) AS ms FROM ${quoted(schema)}.pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* '^\\s*(select|with)\\M'
  GROUP BY query ORDER BY ms DESC LIMIT $1`;

/** Longer texts are no part of a ledger. */
const LONGEST = 4_000;
/** What must not be done again for a measurement, although a read-only transaction would let it: other sessions, files, other servers. */
const ACTS = /\b(?:pg_\w+|dblink\w*|lo_\w+|nextval|setval|set_config)\s*\(/i;

/** The load as pg_stat_statements knows it. It keeps no parameters, so most queries of an application cannot be replayed; each of those is named. */
export async function busiestQueries(client: Client, top: number): Promise<Pick<LoadRequest, 'queries' | 'leftOut'>> {
  const { rows: found } = await client.query<{ schema: string }>(EXTENSION);
  const [extension] = found;
  if (extension === undefined)
    return { queries: [], leftOut: [{ name: 'pg_stat_statements', why: 'it is not installed in the database whose load is asked for' }] };
  const { rows } = await client.query<{ query: string }>(BUSIEST(extension.schema), [top]);
  const judged = rows.map(({ query }, index) => ({ name: nameOf(query, index), sql: query, why: whyNot(query) }));
  return {
    queries: judged.flatMap(({ name, sql, why }) => (why === null ? [{ name, sql }] : [])),
    leftOut: judged.flatMap(({ name, why }) => (why === null ? [] : [{ name, why }])),
  };
}

function whyNot(query: string): string | null {
  if (/\$\d/.test(query)) return 'its parameters are not kept';
  if (query.length > LONGEST) return 'its text is too long';
  return ACTS.test(query) ? 'it calls a function that may act' : null;
}

/** `1: SELECT count(*) FROM leads …`: its place, and enough of the text to know it again. */
function nameOf(query: string, index: number): string {
  const text = query.replaceAll(/\s+/g, ' ').trim();
  return `${index + 1}: ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
}
