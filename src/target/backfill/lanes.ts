import { beginFenced, type Actor } from '../fence.ts';
import { NOTHING_DONE, readMarker, writeMarker, type Marker, type MarkerKey } from '../marker.ts';
import type { Session } from '../session.ts';
import { quoted } from '../sql-shape.ts';
import { readKey, writeKey, type Key } from './key.ts';
import type { FillPlan } from './plan.ts';
import { COUNTED, COUNTED_BYTES, lastKey, rowsIn, type BackfillTable } from './table.ts';

/** One of the ranges that are filled side by side, each with a marker of its own. */
export type Lane = { readonly key: MarkerKey; readonly marker: Marker; readonly until: Key };

/** Ranges that are disjoint and together the whole; none of an empty table. `total` rows lie in all of them. */
export type Lanes = { readonly lanes: readonly Lane[]; readonly total: number };

/** Markers of a second range, and of the key between the two, lie so far behind the unit's own; no plan has so many units. */
const SECOND = 1_000_000;
const BETWEEN = 2_000_000;
const TIMEOUTS = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };

/**
 * The ranges as an earlier worker left them, or cut now: one up to the last key there is at this moment, as one UPDATE would have
 * seen it, so that the end of a growing table is not chased; or two of about as many rows when the directive says `workers=2`.
 */
export async function lanesOf(
  work: Session,
  request: { readonly actor: Actor; readonly plan: FillPlan; readonly key: MarkerKey },
): Promise<Lanes> {
  const { actor, plan, key } = request;
  const { client } = work;
  const { table } = plan;
  const at = (offset: number): MarkerKey => ({ ...key, position: key.position + offset });
  const until = await lastKey(client, table);
  const first = await readMarker(client, key);
  const total = first !== null && first.backfillTotal > 0 ? first.backfillTotal : await rowsIn(client, table);
  if (until === null) return { lanes: [], total };
  const between = first === null ? null : await readMarker(client, at(BETWEEN));
  if (first !== null) {
    const own = { ...first, backfillTotal: total };
    const split = between?.backfillKey ?? null;
    if (split === null) return { lanes: [{ key, marker: own, until }], total };
    const second = (await readMarker(client, at(SECOND))) ?? { ...NOTHING_DONE, backfillKey: split };
    const lanes = [
      { key, marker: own, until: readKey(split, table.columns) },
      { key: at(SECOND), marker: second, until },
    ];
    return { lanes, total };
  }
  const start = { ...NOTHING_DONE, backfillTotal: total };
  const split = (plan.backfill.workers ?? 1) > 1 ? await middle(work, table, total) : null;
  if (split === null) return { lanes: [{ key, marker: start, until }], total };
  const second = { ...NOTHING_DONE, backfillKey: writeKey(split) };
  await beginFenced(client, actor, TIMEOUTS);
  try {
    await writeMarker(client, key, start);
    await writeMarker(client, at(SECOND), second);
    await writeMarker(client, at(BETWEEN), second);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
  return {
    lanes: [
      { key, marker: start, until: split },
      { key: at(SECOND), marker: second, until },
    ],
    total,
  };
}

const BOUNDS = `
  SELECT bounds[(cardinality(bounds) + 1) / 2] AS key FROM (
    SELECT s.histogram_bounds::text::text[] AS bounds
    FROM pg_stats s JOIN pg_class c ON s.tablename = c.relname AND s.schemaname = c.relnamespace::regnamespace::text
    WHERE c.oid = to_regclass($1) AND s.attname = $2
  ) known WHERE cardinality(bounds) >= 3`;

/** A key in the middle: as ANALYZE saw the column, or counted where that takes no time; null where neither is possible. */
async function middle({ client }: Session, table: BackfillTable, total: number): Promise<Key | null> {
  const [column] = table.columns;
  if (column === undefined || table.columns.length > 1) return null;
  const { rows } = await client.query<{ key: string | null }>(BOUNDS, [table.name, column.name]);
  const key = rows[0]?.key ?? null;
  if (key !== null) return [key];
  if (total < 2 || total > COUNTED || table.bytes > COUNTED_BYTES) return null;
  const name = `t.${quoted(column.name)}`;
  const half = Math.floor(total / 2);
  const counted = await client.query<{ key: string }>(
    `SELECT ${name}::text AS key FROM ${table.name} AS t ORDER BY ${name} OFFSET ${half} LIMIT 1`,
  );
  return counted.rows[0] === undefined ? null : [counted.rows[0].key];
}
