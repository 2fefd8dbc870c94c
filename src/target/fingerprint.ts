import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Fingerprint } from '../ports.ts';
import { FINGERPRINT } from './fingerprint-query.ts';

/** Settings that change how the catalog functions spell a definition; everything is qualified when nothing is on the path. */
const SPELLING: ReadonlyMap<string, string> = new Map([
  ['search_path', 'pg_catalog'],
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO, MDY'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['quote_all_identifiers', 'off'],
]);

/**
 * Reads the schema of the connected database from its catalog: sorted lines `kind name: facts` and the SHA-256 over them.
 * Equal hashes mean equal schemas, whatever was added and dropped in between, and after a dump and restore too.
 * Takes no locks on tables; changes the session's spelling settings while it reads and puts them back.
 */
export async function readFingerprint(client: ClientBase): Promise<Fingerprint> {
  const names = [...SPELLING.keys()];
  const before = await client.query<{ value: string }>(
    'select current_setting(name) as value from unnest($1::text[]) with ordinality as s (name, position) order by position',
    [names],
  );
  await set(client, names, [...SPELLING.values()]);
  try {
    const { rows } = await client.query<{ kind: string; name: string; facts: string | null }>(FINGERPRINT);
    return fingerprintOf(rows.map((row) => lineOf(row.kind, row.name, row.facts ?? '')));
  } finally {
    // Inside a failed transaction this fails too, and the transaction's end puts the settings back by itself.
    await set(
      client,
      names,
      before.rows.map((row) => row.value),
    ).catch(() => {});
  }
}

/** The fingerprint of lines in any order. */
export function fingerprintOf(lines: readonly string[]): Fingerprint {
  const sorted = lines.toSorted();
  return { lines: sorted, hash: createHash('sha256').update(sorted.join('\n')).digest('hex') };
}

async function set(client: ClientBase, names: readonly string[], values: readonly string[]): Promise<void> {
  await client.query('select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s (name, value)', [names, values]);
}

function lineOf(kind: string, name: string, facts: string): string {
  return `${kind} ${name}: ${canonical(facts)}`.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

const STRING = "'(?:[^']|'')*'";
const CAST_OF_ARRAY = new RegExp(`\\((ARRAY\\[(?:${STRING}|[^\\]'])*\\])\\)::text\\[\\]`, 'g');
const CAST_OF_ELEMENT = new RegExp(`\\((${STRING}::character varying)\\)::text`, 'g');

/**
 * `status IN ('a', 'b')` on a varchar column is spelled `(ARRAY['a'::varchar, …])::text[]` when it was written by hand and
 * `ARRAY[('a'::varchar)::text, …]` once it went through a dump: the same expression, so the same line.
 */
function canonical(facts: string): string {
  return facts.replaceAll(CAST_OF_ARRAY, '$1').replaceAll(CAST_OF_ELEMENT, '$1');
}
