import type { Backfill } from '../domain/plan.ts';
import { readName } from './names.ts';

const WORDS = /^backfill\s+table=(?<table>\S+)\s+key=(?<key>\S+)(?<options>(?:\s+(?:batch|workers)=\S+)*)$/;
const BATCH = /^(?<number>\d{1,4})ms$/;
/** Names of columns, with commas between them; a quoted name may hold a comma. */
const COLUMN = /"(?:[^"]|"")+"|[^,"]+/g;
/** A shorter batch is mostly commits; a longer one is felt by whoever wants one of its rows. */
const BATCH_LIMITS = [5, 1_000] as const;

/**
 * Reads `backfill table=leads key=id`, then `batch=10ms` (what a batch should take) and `workers=2` (two ranges side by side).
 * A sentence when it cannot be read.
 */
export function backfillOf(words: string): Backfill | string {
  const groups = WORDS.exec(words)?.groups;
  if (groups === undefined) return `the directive \`${words}\` cannot be read.`;
  const table = readName(groups['table'] ?? '');
  const key = keyOf(groups['key'] ?? '');
  if (table === null || key === null) return `the directive \`${words}\` does not name a table and a column.`;
  const backfill = { table, key };
  const options = (groups['options'] ?? '')
    .trim()
    .split(/\s+/)
    .filter((option) => option !== '');
  const named = new Map(
    options.map((option): [string, string] => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]),
  );
  if (named.size !== options.length) return `the directive \`${words}\` says something twice.`;
  return withOptions(backfill, named);
}

function withOptions(backfill: Backfill, named: ReadonlyMap<string, string>): Backfill | string {
  const [batch, workers] = [named.get('batch'), named.get('workers')];
  const batchMs = batch === undefined ? undefined : Number(BATCH.exec(batch)?.groups?.['number'] ?? Number.NaN);
  if (batchMs !== undefined && !(batchMs >= BATCH_LIMITS[0] && batchMs <= BATCH_LIMITS[1]))
    return `batch=${batch} is no length of a batch. Write ${BATCH_LIMITS[0]}ms to ${BATCH_LIMITS[1]}ms; 25ms is usual.`;
  if (workers !== undefined && workers !== '1' && workers !== '2')
    return `workers=${workers}: one or two ranges can be filled side by side. Write workers=2, or leave it out.`;
  return { ...backfill, ...(batchMs === undefined ? {} : { batchMs }), ...(workers === '2' ? { workers: 2 } : {}) };
}

/** `tenant_id,id` as the engine knows it; null when a part of it is no name of a column. */
function keyOf(written: string): string | null {
  const parts = written.match(COLUMN) ?? [];
  const names = parts.map((part) => readName(part));
  if (parts.join(',') !== written || names.some((name) => name === null || isQualified(name))) return null;
  return names.join(',');
}

function isQualified(name: string): boolean {
  return !name.startsWith('"') && name.includes('.');
}

/** The columns of a key, each as `keyOf` wrote it. */
export function columnsOf({ key }: Backfill): readonly string[] {
  return key.match(COLUMN) ?? [];
}
