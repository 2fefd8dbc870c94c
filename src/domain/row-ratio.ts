import type { Verdict } from './items.ts';
import type { Plan } from './plan.ts';

/** How many rows a table has: counted, or as the server estimates; null when nobody can tell. `there` is false when no such table exists. */
export type RowCount = { readonly relation: string; readonly there: boolean; readonly rows: number | null };

/** One touched table on production and on its twin. */
export type RowPair = { readonly relation: string; readonly production: RowCount; readonly staging: RowCount };

export type RowLimits = {
  /** The share of production's rows that the twin must have at least, from 0 to 1. */
  readonly share: number;
  /** Tables with fewer rows in production are not judged by a share. */
  readonly small: number;
};

export type RowRatio = { readonly verdict: Verdict; readonly lowest: number | null; readonly words: string };

/** The relations that a plan locks, rewrites or reads whole, each once. What the plan itself makes is not among them. */
export function touchedRelations({ migrations }: Pick<Plan, 'migrations'>): readonly string[] {
  const statements = migrations.flatMap((migration) => migration.statements);
  const named = statements.flatMap(({ locks, rewrites, scans, backfill }) => [
    ...locks.map(({ relation }) => relation),
    ...rewrites,
    ...scans,
    ...(backfill === undefined ? [] : [backfill.table]),
  ]);
  return [...new Set(named)].toSorted();
}

/**
 * Whether the twin's data are like production's (R13): of every touched table at least the share of its rows. A table that production does
 * not have is left out, because it exists only after the change; a small one need only be there. What cannot be counted is unknown.
 */
export function judgeRows(pairs: readonly RowPair[], { share, small }: RowLimits): RowRatio {
  const judged = pairs.filter(({ production }) => production.there).map((pair) => ({ ...pair, ...judgeTable(pair, { share, small }) }));
  const bad = judged.filter(({ verdict }) => verdict === 'breach');
  const unclear = judged.filter(({ verdict }) => verdict === 'unknown');
  const lowest = judged.flatMap(({ ratio }) => (ratio === null ? [] : [ratio])).toSorted((a, b) => a - b)[0] ?? null;
  if (bad.length > 0) return { verdict: 'breach', lowest, words: bad.map(({ words }) => words).join(', ') };
  if (unclear.length > 0) return { verdict: 'unknown', lowest, words: unclear.map(({ words }) => words).join(', ') };
  if (lowest === null)
    return { verdict: 'pass', lowest, words: judged.length === 0 ? 'touches no table that is there' : 'touches only small tables' };
  return { verdict: 'pass', lowest, words: `has ${percent(lowest)} of production's rows or more` };
}

type Judged = { readonly verdict: Verdict; readonly ratio: number | null; readonly words: string };

function judgeTable({ relation, production, staging }: RowPair, { share, small }: RowLimits): Judged {
  if (!staging.there) return { verdict: 'breach', ratio: null, words: `${relation} is not on staging` };
  if (production.rows === null)
    return { verdict: 'unknown', ratio: null, words: `the rows of ${relation} in production could not be counted` };
  if (production.rows < small) return { verdict: 'pass', ratio: null, words: '' };
  if (staging.rows === null) return { verdict: 'unknown', ratio: null, words: `the rows of ${relation} on staging could not be counted` };
  const ratio = staging.rows / production.rows;
  const words = `${relation} has ${staging.rows.toLocaleString('en-US')} rows on staging and ${production.rows.toLocaleString('en-US')} in production (${percent(ratio)})`;
  return { verdict: ratio >= share ? 'pass' : 'breach', ratio, words };
}

/** Cut and never rounded up: 9.99 % must not read as 10 %. */
function percent(ratio: number): string {
  return `${Number((Math.floor(ratio * 10_000 + 1e-6) / 100).toFixed(2))} %`;
}
