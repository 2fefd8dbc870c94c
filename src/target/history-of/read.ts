import { escapeIdentifier, type ClientBase } from 'pg';
import type { FormatName } from '../../domain/formats.ts';
import type { OtherHistory } from '../../ports.ts';
import { dbmateHistory } from './dbmate.ts';
import { dieselHistory } from './diesel.ts';
import { flywayHistory } from './flyway.ts';
import { golangMigrateHistory } from './golang-migrate.ts';
import { gooseHistory } from './goose.ts';
import { nodePgMigrateHistory } from './node-pg-migrate.ts';
import { prismaHistory } from './prisma.ts';
import { sourcegraphHistory } from './sourcegraph.ts';
import { sqitchHistory } from './sqitch.ts';
import { sqlMigrateHistory } from './sql-migrate.ts';
import { sqlxHistory } from './sqlx.ts';
import { supabaseHistory } from './supabase.ts';
import type { ToolHistory } from './tool-history.ts';

const HISTORIES: Readonly<Record<Exclude<FormatName, 'native'>, ToolHistory>> = {
  'golang-migrate': golangMigrateHistory,
  dbmate: dbmateHistory,
  flyway: flywayHistory,
  supabase: supabaseHistory,
  prisma: prismaHistory,
  sqlx: sqlxHistory,
  'node-pg-migrate': nodePgMigrateHistory,
  goose: gooseHistory,
  sqitch: sqitchHistory,
  sourcegraph: sourcegraphHistory,
  'sql-migrate': sqlMigrateHistory,
  diesel: dieselHistory,
};

const FIND = `
  SELECT n.nspname AS schema, c.relname AS name,
         (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relname = $1 AND ($2::text IS NULL OR n.nspname = $2)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'offpeak') AND n.nspname !~ '^pg_(toast|temp)'
  ORDER BY n.nspname`;

type Found = { readonly schema: string; readonly name: string; readonly columns: readonly string[] };

/**
 * Another tool's history, found by the name its tool gives the table, or by `table` (`schema.name` or `name`). Read in one read-only
 * transaction with UTC as its zone. Answers a sentence when there is none, several, or one that is another tool's.
 */
export async function readOtherHistory(
  client: ClientBase,
  { format, table }: { readonly format: FormatName; readonly table: string | null },
): Promise<OtherHistory | string> {
  if (format === 'native') return 'native is our own layout; its history is ours already, so there is nothing to adopt.';
  const history = HISTORIES[format];
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query(`SET LOCAL TimeZone = 'UTC'`);
    const place = await findTable(client, { history, format, table });
    if (typeof place === 'string') return place;
    const read = await history.read(client, `${escapeIdentifier(place.schema)}.${escapeIdentifier(place.name)}`);
    return { table: `${place.schema}.${place.name}`, ...read };
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

type Wanted = { readonly history: ToolHistory; readonly format: FormatName; readonly table: string | null };

async function findTable(client: ClientBase, { history, format, table }: Wanted): Promise<Found | string> {
  const [schema, name] = table?.includes('.') ? splitOnce(table) : [null, table ?? history.table];
  const { rows } = await client.query<Found>(FIND, [name, schema]);
  const known = rows.filter(
    ({ columns }) =>
      history.columns.every((column) => columns.includes(column)) && !history.without?.some((column) => columns.includes(column)),
  );
  const [first, ...others] = known;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined)
    return `There are several histories of ${format}: ${known.map(named).join(', ')}. Say which with --table ${named(first)}.`;
  const [stranger] = rows;
  if (stranger !== undefined)
    return `${named(stranger)} is no history of ${format}: it has the columns ${stranger.columns.join(', ')}. Is it another tool's? Say the right --from, or --table.`;
  return `There is no history of ${format} here: no table ${schema === null ? name : `${schema}.${name}`}. Is it the right database? Say --table when it has another name.`;
}

function named({ schema, name }: Found): string {
  return `${schema}.${name}`;
}

function splitOnce(table: string): readonly [string, string] {
  const at = table.indexOf('.');
  return [table.slice(0, at), table.slice(at + 1)];
}
