import type { ClientBase } from 'pg';
import { quoted, quotedName, type LoneEffect, type QualifiedName } from './sql-shape.ts';

export type IndexState = 'absent' | 'valid' | 'invalid';

const INDEX_OF_TABLE = `
  SELECT i.indisvalid AND i.indisready AS valid, c.oid::regclass::text AS name
  FROM pg_class t JOIN pg_class c ON c.relnamespace = t.relnamespace AND c.relname = $2
  LEFT JOIN pg_index i ON i.indexrelid = c.oid AND i.indrelid = t.oid
  WHERE t.oid = to_regclass($1)`;
const EXISTS = `SELECT to_regclass($1) IS NOT NULL AS exists`;
const DETACH = `
  SELECT coalesce(bool_or(i.inhdetachpending), false) AS pending, count(i.*) > 0 AS attached
  FROM pg_inherits i WHERE i.inhparent = to_regclass($1) AND i.inhrelid = to_regclass($2)`;

type CreateIndex = Extract<LoneEffect, { kind: 'create_index' }>;

/** Whether the index that this statement creates stands on its table. Something else of that name counts as invalid: it is in the way. */
export async function indexState(client: ClientBase, effect: CreateIndex): Promise<IndexState> {
  const { rows } = await client.query<{ valid: boolean | null; name: string }>(INDEX_OF_TABLE, [quotedName(effect.table), effect.index]);
  const row = rows[0];
  if (row === undefined) return 'absent';
  return row.valid === true ? 'valid' : 'invalid';
}

/** Drops the index of this statement when it is an index of this table and invalid; never a valid one, never another name. */
export async function dropOwnIndex(client: ClientBase, effect: CreateIndex): Promise<boolean> {
  const { rows } = await client.query<{ valid: boolean | null; name: string }>(INDEX_OF_TABLE, [quotedName(effect.table), effect.index]);
  const row = rows[0];
  if (row === undefined || row.valid !== false) return false;
  await client.query(`DROP INDEX CONCURRENTLY ${row.name}`);
  return true;
}

/** Whether every one of these relations is gone. */
export async function allGone(client: ClientBase, names: readonly QualifiedName[]): Promise<boolean> {
  for (const name of names) {
    const { rows } = await client.query<{ exists: boolean }>(EXISTS, [quotedName(name)]);
    if (rows[0]?.exists !== false) return false;
  }
  return true;
}

/** How a DETACH CONCURRENTLY stands; a pending one is completed, because nothing else is allowed on it any more. */
export async function finishDetach(
  client: ClientBase,
  effect: Extract<LoneEffect, { kind: 'detach' }>,
): Promise<'applied' | 'not_applied'> {
  const names = [quotedName(effect.parent), quotedName(effect.partition)];
  const { rows } = await client.query<{ pending: boolean; attached: boolean }>(DETACH, names);
  if (rows[0]?.attached !== true) return 'applied';
  if (!rows[0].pending) return 'not_applied';
  // It takes ACCESS EXCLUSIVE on the partition, so it must not queue for long.
  await client.query(`SELECT set_config('lock_timeout', '100ms', false)`);
  await client.query(`ALTER TABLE ${names[0] ?? quoted('')} DETACH PARTITION ${names[1] ?? quoted('')} FINALIZE`);
  return 'applied';
}

const VALUE = `SELECT EXISTS (SELECT FROM pg_enum WHERE enumtypid = to_regtype($1) AND enumlabel = $2) AS there`;

/** Whether the type has the value that the statement adds. */
export async function hasValue(client: ClientBase, { type, value }: Extract<LoneEffect, { kind: 'add_value' }>): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(VALUE, [quotedName(type), value]);
  return rows[0]?.there === true;
}
