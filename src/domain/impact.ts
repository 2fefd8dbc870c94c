import type { Verdict } from './items.ts';

/** A query of the load, executed so often in each round that a round can be timed. */
export type LoadQuery = { readonly name: string; readonly sql: string; readonly repetitions: number };

/** One query before or after the change: milliseconds a round, in two series that were measured in turns. */
export type MeasuredQuery = LoadQuery & { readonly first: readonly number[]; readonly second: readonly number[] };

/** The load as it was measured once. `leftOut` says what could not be replayed and why. */
export type MeasuredLoad = {
  readonly source: string;
  readonly queries: readonly MeasuredQuery[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
};

/** What the change did to the same load. `share` is after / before - 1; null when that is not known. */
export type Impact = { readonly verdict: Verdict; readonly share: number | null; readonly words: string };

/** Rounds of each series below which a median says nothing. */
const FEWEST_ROUNDS = 5;
/** Two shares that differ by less are equal: 105 / 100 - 1 is not exactly 0.05. */
const ROUNDING = 1e-9;

/**
 * Judges the same load before and after (R15): the medians of its queries, summed up. Strictly below the limit passes: 4.99 % does, 5.00 %
 * does not. The two series of one measurement are the control: where they differ by the limit or more, the machine was too noisy and nobody
 * knows. A query that ran before and does not any more is a breach whatever the rest says.
 */
export function judgeImpact(before: MeasuredLoad, after: MeasuredLoad, limit: number): Impact {
  const broken = before.queries.flatMap(({ name }) => after.leftOut.filter((left) => left.name === name));
  if (broken.length > 0)
    return {
      verdict: 'breach',
      share: null,
      words: `after the change a query fails: ${broken.map(({ name, why }) => `${name}: ${why}`).join('; ')}`,
    };
  const pairs = before.queries.flatMap((was) => {
    const is = after.queries.find(({ name }) => name === was.name);
    return is === undefined || roundsOf(was) < FEWEST_ROUNDS || roundsOf(is) < FEWEST_ROUNDS ? [] : [{ was, is }];
  });
  if (before.queries.length === 0) return unknown(nothingReplayed(before));
  if (pairs.length < before.queries.length) return unknown(`too few rounds: ${FEWEST_ROUNDS} of each query are needed`);
  const noise = Math.max(control(pairs.map(({ was }) => was)), control(pairs.map(({ is }) => is)));
  const share = growth(
    sum(
      pairs.map(({ was }) => was),
      whole,
    ),
    sum(
      pairs.map(({ is }) => is),
      whole,
    ),
  );
  const words = `${signed(share)} over ${pairs.length === 1 ? '1 query' : `${pairs.length} queries`}`;
  if (noise >= limit - ROUNDING)
    return { ...unknown(`too noisy to tell: ${words}, and the same load differs by ${percent(noise)} from itself`), share };
  return { verdict: share < limit - ROUNDING ? 'pass' : 'breach', share, words: `${words}${slowest(pairs)}` };
}

function unknown(words: string): Impact {
  return { verdict: 'unknown', share: null, words };
}

function nothingReplayed({ leftOut }: MeasuredLoad): string {
  const [first] = leftOut;
  const why = first === undefined ? '' : ` (${first.name}: ${first.why}${leftOut.length > 1 ? `, and ${leftOut.length - 1} more` : ''})`;
  return `no query of the load can be replayed${why}: name some under staging_run.load`;
}

type Pair = { readonly was: MeasuredQuery; readonly is: MeasuredQuery };

/** The query that suffered most, when there is more than one: a sum may hide it. */
function slowest(pairs: readonly Pair[]): string {
  if (pairs.length < 2) return '';
  const [worst] = pairs
    .map(({ was, is }) => ({ name: was.name, share: growth(whole(was), whole(is)) }))
    .toSorted((a, b) => b.share - a.share);
  return worst === undefined ? '' : `, the slowest by ${signed(worst.share)} (${worst.name})`;
}

const roundsOf = ({ first, second }: MeasuredQuery) => Math.min(first.length, second.length);
const whole = ({ first, second }: MeasuredQuery) => median([...first, ...second]);

/** How far the two series of one measurement are apart, as a share. */
function control(queries: readonly MeasuredQuery[]): number {
  const [one, other] = [sum(queries, ({ first }) => median(first)), sum(queries, ({ second }) => median(second))];
  return Math.abs(growth(Math.min(one, other), Math.max(one, other)));
}

/** How much the control of a measurement alone differs from itself, as a share: whoever measures tries again while it is too much. */
export function noiseOf({ queries }: MeasuredLoad): number {
  return queries.length === 0 ? 0 : control(queries);
}

function growth(before: number, after: number): number {
  return before === 0 ? (after === 0 ? 0 : Number.POSITIVE_INFINITY) : (after - before) / before;
}

function sum(queries: readonly MeasuredQuery[], of: (query: MeasuredQuery) => number): number {
  return queries.reduce((total, query) => total + of(query), 0);
}

/** The middle value; of an even number of them the mean of the two in the middle, and 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low = 0, high = 0] = sorted.length % 2 === 1 ? [sorted[half], sorted[half]] : [sorted[half - 1], sorted[half]];
  return (low + high) / 2;
}

/** Cut and never rounded up: 4.999 % must not read as 5 %. */
function percent(share: number): string {
  return Number.isFinite(share) ? `${(Math.trunc(share * 10_000 + Math.sign(share) * 1e-6) / 100).toFixed(2)} %` : 'without bound';
}

/** What is cut to nothing has the sign of nothing: +0.00 %. */
function signed(share: number): string {
  const text = percent(share);
  return text.startsWith('-') ? text : `+${text}`;
}
