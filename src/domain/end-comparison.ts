import type { Thresholds } from './plan.ts';

/** What a source told, or why it told nothing. */
export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** One statement as pg_stat_statements has counted it so far. `ms` is the sum of all its executions. */
export type StatementCount = { readonly id: string; readonly calls: number; readonly ms: number; readonly query: string };

/** The application's statements, and when the counters were last set to nothing; null where the server does not say. */
export type StatementCounts = { readonly resetAt: string | null; readonly statements: readonly StatementCount[] };

/** How many people do something now, or at this rate, and what it was at the same moment of earlier weeks: two of them at least. */
export type Activity = { readonly now: number; readonly earlier: readonly number[] };

/** What the end is compared with, as it was read just before the first write. */
export type ForEnd = {
  /** Calls and milliseconds of each statement, by its id; absent where they could not be read. */
  readonly statements?: { readonly resetAt: string | null; readonly counts: Readonly<Record<string, readonly [number, number]>> };
  /** Absent where it could not be read, or no source is named. */
  readonly activity?: Activity;
  /** What could not be read, each with its reason; it is not judged. */
  readonly unread: readonly string[];
};

/** The same sources at the end; what is absent was not asked. */
export type AtEnd = { readonly statements?: Told<StatementCounts>; readonly activity?: Told<Activity> };

/** Milliseconds above which the mean of a statement is slow, and by what share activity may leave what it was; where a plan does not say. */
export const USUAL_STATEMENT_MEAN_MS = 1_000;
export const USUAL_ACTIVITY_BAND = 0.5;
/** Executions below which a mean is an accident. */
export const LEAST_CALLS = 5;
/** Statements that are named; the others are counted. */
const NAMED = 3;

/** What is kept of the readings before the first write. */
export function forEnd({ statements, activity }: AtEnd): ForEnd {
  return {
    ...(statements?.ok === true && {
      statements: {
        resetAt: statements.value.resetAt,
        counts: Object.fromEntries(statements.value.statements.map(({ id, calls, ms }) => [id, [calls, Math.floor(ms)] as const])),
      },
    }),
    ...(activity?.ok === true && { activity: activity.value }),
    unread: [
      ...(statements?.ok === false ? [`Statement times: ${statements.why}`] : []),
      ...(activity?.ok === false ? [`User activity: ${activity.why}`] : []),
    ],
  };
}

/** What could be read before the first write and cannot now, with the reason: that may be the harm itself. What never could is not judged. */
export function unknownAtEnd(before: ForEnd | undefined, { statements, activity }: AtEnd): readonly string[] {
  const unknown: string[] = [];
  if (before?.statements !== undefined) {
    if (statements?.ok !== true) unknown.push(`statement times (${statements?.why ?? 'not asked'})`);
    else if (statements.value.resetAt !== before.statements.resetAt)
      unknown.push('statement times (somebody has set the counters of pg_stat_statements to nothing since)');
  }
  if (before?.activity !== undefined && activity?.ok !== true) unknown.push(`user activity (${activity?.why ?? 'not asked'})`);
  return unknown;
}

type Limits = Pick<Thresholds, 'statementMeanMs' | 'activityBand'>;

/** What is slower than before, or out of its band, in words (R67, R68). What is unknown is another rule's. Pure. */
export function comparedFailures(limits: Limits, before: ForEnd | undefined, { statements, activity }: AtEnd): readonly string[] {
  const failures: string[] = [];
  if (before?.statements !== undefined && statements?.ok === true)
    failures.push(...slowStatements(limits.statementMeanMs ?? USUAL_STATEMENT_MEAN_MS, before.statements.counts, statements.value));
  if (activity?.ok === true) {
    const { low, high, within } = bandOf(activity.value, limits.activityBand ?? USUAL_ACTIVITY_BAND);
    const then = before?.activity === undefined ? '' : `, and was ${number(before.activity.now)} before the first write`;
    if (!within)
      failures.push(
        `user activity is ${number(activity.value.now)}${then}; at this hour of earlier weeks it was ${activity.value.earlier.map(number).join(', ')}, so between ${number(low)} and ${number(high)} is needed`,
      );
  }
  return failures;
}

/** Strictly inside the band; what is no less and no more than in an earlier week is inside, even where nobody was there. */
function bandOf({ now, earlier }: Activity, band: number): { low: number; high: number; within: boolean } {
  const [least, most] = [Math.min(...earlier), Math.max(...earlier)];
  const [low, high] = [(1 - band) * least, (1 + band) * most];
  return { low, high, within: (now > low && now < high) || (now >= least && now <= most) };
}

/**
 * Statements whose mean since the first write is above the limit, and which before it were not there or had a mean below it. The
 * counters of a statement that the server forgot and met again begin anew. Slowest first.
 */
function slowStatements(limitMs: number, counts: NonNullable<ForEnd['statements']>['counts'], now: StatementCounts): readonly string[] {
  const slow = now.statements.flatMap(({ id, calls, ms, query }) => {
    const [callsBefore, msBefore] = counts[id] ?? [0, 0];
    if (callsBefore > 0 && msBefore / callsBefore >= limitMs) return [];
    const anew = calls < callsBefore || ms < msBefore;
    const since = anew ? { calls, ms } : { calls: calls - callsBefore, ms: ms - msBefore };
    const mean = since.ms / since.calls;
    if (since.calls < LEAST_CALLS || mean <= limitMs) return [];
    const was = callsBefore === 0 ? 'new' : `${milliseconds(msBefore / callsBefore)} before the first write`;
    return [{ mean, words: `${milliseconds(mean)} in the mean of ${since.calls} calls (${was}): ${query}` }];
  });
  if (slow.length === 0) return [];
  const named = slow
    .toSorted((a, b) => b.mean - a.mean)
    .slice(0, NAMED)
    .map(({ words }) => words);
  const more = slow.length > NAMED ? `, and ${slow.length - NAMED} more` : '';
  const what = slow.length === 1 ? 'a statement takes' : `${slow.length} statements take`;
  return [`${what} more than ${milliseconds(limitMs)}: ${named.join(', ')}${more}`];
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function milliseconds(value: number): string {
  return `${number(value)} ms`;
}
