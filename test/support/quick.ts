import { WORKER_TIMING, type WorkerTiming } from '../../src/worker/worker.ts';

/** A worker that notices everything quickly; its lease outlives its pauses all the same. */
export const QUICK: WorkerTiming = {
  ...WORKER_TIMING,
  leaseMs: 1_500,
  renewMs: 300,
  pollMs: 50,
  lookMs: 25,
  sampleMs: 200,
  graceMs: 500,
  patienceMs: 5_000,
};
