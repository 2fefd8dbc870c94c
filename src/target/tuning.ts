/** How patient the engine is; values in milliseconds where nothing else is said. */
export type Tuning = {
  /** How long one unit may try for its locks before it gives up and names the blockers. */
  readonly lockBudgetMs: number;
  /** One try for a lock that makes others queue: from the shortest to the longest, jittered, so that two engines never beat in step. */
  readonly lockTryMs: readonly [number, number];
  /** The pause between two tries, outside any transaction. */
  readonly lockPauseMs: readonly [number, number];
  /** A statement that makes reads or writes wait may not run longer. */
  readonly statementMs: number;
  /** Any other statement, CONCURRENTLY and backfills above all. */
  readonly longStatementMs: number;
  /** What one backfill batch should take: longer ones hold row locks too long. */
  readonly batchMs: number;
  /** Bytes of write-ahead log the whole server may write each second while a backfill runs; above it the backfill rests. */
  readonly walBytesPerSecond: number;
  readonly validateMs: number;
  readonly connectMs: number;
};

/** Two gigabits: more than most replicas and archives follow for long. */
const WAL_BYTES_PER_SECOND = 250_000_000;

/**
 * 20–80 ms per try: behind a report of 10 s an application waits tens of milliseconds where `lock_timeout 2s` gives seconds
 * (`npm run bench:stall`, F25). The budget is spent mostly in pauses, when nobody queues behind us.
 */
export const DEFAULT_TUNING: Tuning = {
  lockBudgetMs: 60_000,
  lockTryMs: [20, 80],
  lockPauseMs: [100, 300],
  statementMs: 5 * 60_000,
  longStatementMs: 4 * 3_600_000,
  batchMs: 25,
  walBytesPerSecond: WAL_BYTES_PER_SECOND,
  validateMs: 60_000,
  connectMs: 10_000,
};
