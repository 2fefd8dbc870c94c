/** How patient the engine is; every value in milliseconds. */
export type Tuning = {
  /** How long one unit may try for its locks before it gives up and names the blockers. */
  readonly lockBudgetMs: number;
  /** One try for a lock that makes others queue: a random moment in this range, so that two engines never beat in step. */
  readonly lockTryMs: readonly [number, number];
  /** The pause between two tries, outside any transaction. */
  readonly lockPauseMs: readonly [number, number];
  /** A statement that makes reads or writes wait may not run longer. */
  readonly statementMs: number;
  /** Any other statement, CONCURRENTLY and backfills above all. */
  readonly longStatementMs: number;
  /** What one backfill batch should take: longer ones hold row locks too long. */
  readonly batchMs: number;
  readonly validateMs: number;
  readonly connectMs: number;
};

/**
 * 50–100 ms per try: measured, innocent readers behind us wait 39 ms at worst where `lock_timeout 2s` gives 5.6 s (F25).
 * The budget is spent mostly in pauses, when nobody queues behind us.
 */
export const DEFAULT_TUNING: Tuning = {
  lockBudgetMs: 60_000,
  lockTryMs: [50, 100],
  lockPauseMs: [100, 300],
  statementMs: 5 * 60_000,
  longStatementMs: 4 * 3_600_000,
  batchMs: 25,
  validateMs: 60_000,
  connectMs: 10_000,
};
