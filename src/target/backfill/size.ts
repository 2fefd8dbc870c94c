export const FIRST_BATCH = 200;
const LARGEST_BATCH = 50_000;
/** What a changed row is taken to cost before one was measured, in milliseconds. */
const ROW_COSTS_MS = 0.01;
/** Rows below which a batch says nothing about the cost of one. */
const TELLING_ROWS = 50;
/** How much longer than wanted a batch may take when every row of it has to be changed at last. */
const SURPRISE = 4;

/** What a batch was, as far as the size of the next one depends on it. */
export type Measured = { readonly size: number; readonly ms: number; readonly rows: number };

/**
 * The size that would have taken the wanted time, at most doubled or halved: one slow batch is no trend.
 * Where few rows match, a batch grows no larger than `costMs` a row allows, so that the first stretch in which all of them match
 * does not hold its locks for long.
 */
export function nextSize(size: number, tookMs: number, wantedMs: number, costMs: number = ROW_COSTS_MS): number {
  const factor = Math.min(2, Math.max(0.5, wantedMs / Math.max(tookMs, 0.1)));
  const most = Math.min(LARGEST_BATCH, Math.max(1, Math.floor((SURPRISE * wantedMs) / costMs)));
  return Math.min(most, Math.max(1, Math.round(size * factor)));
}

/** What one changed row costs, in milliseconds, after another batch; the newest third counts, the others are remembered. */
export function rowCost(before: number | null, { ms, rows }: Pick<Measured, 'ms' | 'rows'>): number | null {
  if (rows < TELLING_ROWS) return before;
  return before === null ? ms / rows : before + (ms / rows - before) / 3;
}

/** After a row that stays locked, or a batch that took too long: a quarter, down to a single row, which holds no other row while it waits. */
export function smaller(size: number): number {
  return Math.max(1, Math.floor(size / 4));
}
