import { setTimeout as pause } from 'node:timers/promises';
import type { Pace } from '../../ports.ts';
import type { Observer } from '../observer.ts';

const LOOK_MS = 500;
const WAL_WRITTEN = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`;
/** Never rest more than this share of the time for the write-ahead log, so that the rate can be seen to fall. */
const LEAST_SHARE = 0.05;
const SHORTEST_BATCH_MS = 5;

/** What the server itself says about the load we make. */
export type Strain = {
  /** The share of the time that may be worked so that the write-ahead log grows no faster than its limit. */
  readonly walShare: number;
  /** How many times shorter batches are while sessions of the application wait behind us. */
  readonly shorter: number;
};

export const NO_STRAIN: Strain = { walShare: 1, shorter: 1 };

/** Pure: the share to work next, from how fast the log grows now. It is cut at once and grows back slowly. */
export function nextWalShare(share: number, bytesPerSecond: number, limit: number): number {
  if (bytesPerSecond > limit) return Math.max(LEAST_SHARE, (share * limit) / bytesPerSecond);
  return bytesPerSecond < limit * 0.8 ? Math.min(1, share * 1.25) : share;
}

/** Pure: halves the batches while somebody is seen waiting for longer than two of them, and gives the length back in steps. */
export function nextShorter(shorter: number, waitMs: number, batchMs: number): number {
  if (waitMs > 2 * batchMs) return Math.min(8, shorter * 2);
  return Math.max(1, shorter / 1.25);
}

/** Pure: how long a batch should take. Above 100 % the operator wants longer ones; they hold their rows for longer. */
export function wantedMs(batchMs: number, pace: Pace, strain: Strain): number {
  return Math.max(SHORTEST_BATCH_MS, (batchMs * Math.max(1, pace.percent / 100)) / strain.shorter);
}

/** Pure: how long to rest behind a batch, so that only this share of the time is worked. Nothing at full speed: a fixed pause lowers no stall. */
export function restMs(tookMs: number, pace: Pace, strain: Strain): number {
  const share = Math.min(1, pace.percent / 100, strain.walShare);
  return share >= 1 ? 0 : tookMs * (1 / share - 1);
}

/** Reads the strain every half second from the watching session, until `stop`. A reading that fails is made again. */
export function watchStrain(observers: readonly Observer[], limits: { readonly batchMs: number; readonly walBytesPerSecond: number }) {
  const stopping = new AbortController();
  let strain = NO_STRAIN;
  let last: { readonly at: number; readonly bytes: number } | null = null;
  const look = async () => {
    const [observer] = observers;
    if (observer === undefined) return;
    const { rows } = await observer.ask((client) => client.query<{ bytes: number }>({ name: 'wal', text: WAL_WRITTEN }));
    const now = { at: performance.now(), bytes: rows[0]?.bytes ?? 0 };
    for (const each of observers) await each.look();
    const waitMs = Math.max(...observers.map((each) => each.waitMs));
    const rate = last === null ? 0 : ((now.bytes - last.bytes) * 1_000) / (now.at - last.at);
    last = now;
    strain = {
      walShare: nextWalShare(strain.walShare, rate, limits.walBytesPerSecond),
      shorter: nextShorter(strain.shorter, waitMs, limits.batchMs),
    };
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined);
      await pause(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    now: (): Strain => strain,
    stop: async (): Promise<void> => {
      stopping.abort();
      await looking;
    },
  };
}
