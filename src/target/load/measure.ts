import { DatabaseError, type Client } from 'pg';
import { noiseOf, type LoadQuery, type MeasuredLoad, type MeasuredQuery } from '../../domain/impact.ts';
import type { LoadRequest } from '../../ports.ts';
import { isConnectionLoss } from '../errors.ts';
import { execute } from '../session.ts';
import { isQuery } from '../sql-shape.ts';

/** What one round of a query should take at least: shorter times are mostly noise. */
const ROUND_MS = 50;
const MOST_REPETITIONS = 500;
/** A query that takes longer is no part of a load that people wait for. */
export const QUERY_MS = 5_000;
/** A noisy measurement is made anew so often, while that has not taken long; none takes longer than three minutes. */
const ATTEMPTS = 3;
const AGAIN_MS = 15_000;
const LONGEST_MS = 180_000;

/**
 * Measures a load (R15): warm-up, then rounds in which two series take turns at being first, so that what drifts drifts for both. They are the
 * control: when they differ by more than `quiet`, it is measured again, and of several measurements the quietest is answered.
 */
export async function measureLoad(client: Client, request: LoadRequest): Promise<MeasuredLoad> {
  const begun = performance.now();
  const until = begun + LONGEST_MS;
  const leftOut = [...request.leftOut];
  const queries: LoadQuery[] = [];
  for (const query of request.queries) {
    const tried = await warmedUp(client, query);
    if (typeof tried === 'string') leftOut.push({ name: query.name, why: tried });
    else queries.push(tried);
  }
  let quietest: MeasuredLoad | null = null;
  for (let attempt = 0; attempt < ATTEMPTS && (quietest === null || performance.now() < begun + AGAIN_MS); attempt += 1) {
    const measured = await once(client, { ...request, queries, leftOut, until });
    if (quietest === null || noiseOf(measured) < noiseOf(quietest)) quietest = measured;
    if (noiseOf(quietest) <= request.quiet || request.signal.aborted) break;
  }
  return quietest ?? { source: request.source, queries: [], leftOut };
}

/** The query with its repetitions, or why it is no part of the load. The first execution fills the caches, the second is timed. */
async function warmedUp(client: Client, query: LoadRequest['queries'][number]): Promise<LoadQuery | string> {
  const { name, sql } = query;
  if (!(await isQuery(sql))) return 'it is no SELECT';
  const first = await timed(client, sql, 1);
  if (typeof first === 'string') return first;
  const second = await timed(client, sql, 1);
  if (typeof second === 'string') return second;
  return { name, sql, repetitions: query.repetitions ?? Math.min(MOST_REPETITIONS, Math.max(1, Math.ceil(ROUND_MS / second))) };
}

type Round = { readonly query: LoadQuery; first: number[]; second: number[]; failed: string | null };

async function once(
  client: Client,
  { source, queries, leftOut, rounds, signal, until }: Omit<LoadRequest, 'queries'> & { queries: readonly LoadQuery[]; until: number },
): Promise<MeasuredLoad> {
  const series: Round[] = queries.map((query) => ({ query, first: [], second: [], failed: null }));
  for (let round = 0; round < rounds && performance.now() < until && !signal.aborted; round += 1) {
    const order = round % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const);
    for (const which of order) {
      for (const each of series.filter(({ failed }) => failed === null)) {
        const ms = await timed(client, each.query.sql, each.query.repetitions);
        if (typeof ms === 'string') each.failed = ms;
        else each[which].push(ms);
      }
    }
  }
  const failed = series.flatMap(({ query, failed: why }) => (why === null ? [] : [{ name: query.name, why }]));
  const measured = series.flatMap(({ query, first, second, failed: why }): MeasuredQuery[] =>
    why === null ? [{ ...query, first, second }] : [],
  );
  return { source, queries: measured, leftOut: [...leftOut, ...failed] };
}

/** Milliseconds of so many executions in one read-only transaction, or what the server says instead. */
async function timed(client: Client, sql: string, repetitions: number): Promise<number | string> {
  await client.query('BEGIN READ ONLY');
  try {
    const begun = performance.now();
    for (let done = 0; done < repetitions; done += 1) await execute(client, sql, QUERY_MS);
    return Math.round((performance.now() - begun) * 1_000) / 1_000;
  } catch (error) {
    if (!(error instanceof DatabaseError) || isConnectionLoss(error)) throw error;
    return error.code === '57014' ? `it takes longer than ${QUERY_MS / 1_000} s` : `${error.code ?? 'error'} ${error.message}`;
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}
