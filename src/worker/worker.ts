import { nextStep } from '../domain/next-step.ts';
import { isActive, isWatched } from '../domain/run.ts';
import type { Claim, Services } from '../ports.ts';
import { takeAskedHook } from '../usecases/ask-hook.ts';
import { keepLease } from './lease.ts';
import { patience } from './patience.ts';
import { performStep } from './steps/index.ts';
import { task, type Task } from './task.ts';
import { watchRun, type Watch } from './watch.ts';

/** How a worker is tuned; every value in milliseconds. */
export type WorkerTiming = {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly pollMs: number;
  /** How often a run is looked at while a step is performed, when the ledger's NOTIFY does not come: the longest a click waits for the cancel. */
  readonly lookMs: number;
  readonly sampleMs: number;
  /** Between cancel and terminate (R74). */
  readonly graceMs: number;
  /** How long a target may fail before the run holds (F12). */
  readonly patienceMs: number;
};

export const WORKER_TIMING: WorkerTiming = {
  leaseMs: 10_000,
  renewMs: 3_000,
  pollMs: 1_000,
  lookMs: 100,
  sampleMs: 1_000,
  graceMs: 2_000,
  patienceMs: 60_000,
};

export type WorkerOptions = { readonly name: string; readonly timing: WorkerTiming; readonly signal: AbortSignal };

/**
 * Works until the signal: claims a run that is due, performs its steps one after the other, and lets it go when it waits for people.
 * Runs of different targets are worked on side by side. Everything a worker knows is in the ledger and the target,
 * so killing it at any moment loses nothing (F1–F7).
 */
export async function work(services: Services, options: WorkerOptions): Promise<void> {
  const busy = new Set<Promise<void>>();
  const wake = alarm();
  const watches = new Map<string, Watch>();
  const sayUnknown = unknownTargets(services);
  const feed = await services.ledger.listen((runId) => {
    watches.get(runId)?.changed();
    wake.ring();
  });
  try {
    while (!options.signal.aborted) {
      await runAskedHook(services, options, busy);
      const claim = await services.ledger
        .claim(options.name, options.timing.leaseMs, [...services.targets.keys()])
        .catch((error: unknown) => {
          services.log.error({ error: String(error) }, 'the ledger cannot be reached; nothing new is begun');
          return null;
        });
      if (claim === null) {
        await sayUnknown();
        await wake.sleep(options.timing.pollMs, options.signal);
        continue;
      }
      const done = workOn(services, claim, { ...options, watches }).catch((error: unknown) => {
        services.log.error({ run: claim.run.number, error: String(error) }, 'the worker stumbled; the run is taken up again');
      });
      busy.add(done);
      void done.finally(() => busy.delete(done));
    }
  } finally {
    await Promise.allSettled(busy);
    await feed.close();
  }
}

const UNKNOWN_MS = 60_000;

/** Says once a minute which open runs are of targets that are not in the settings of this worker: another worker has them, or nobody works on them. */
function unknownTargets({ ledger, targets, log }: Services): () => Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - saidAt < UNKNOWN_MS) return;
    saidAt = performance.now();
    // A ledger that cannot be reached is said where runs are claimed.
    const open = await ledger.list({ active: true, limit: 100 }).catch(() => []);
    for (const { number, target, state } of open.filter((run) => !targets.has(run.target)))
      log.error({ run: number, target, state }, 'this worker has no such target in its settings, so it leaves the run alone');
  };
}

/** A hook that somebody asked for by name runs beside the runs, and a run never waits for it. */
async function runAskedHook(services: Services, { name, signal }: WorkerOptions, busy: Set<Promise<void>>): Promise<void> {
  // A ledger that cannot be reached is said where runs are claimed.
  const taken = await takeAskedHook(services, { runner: name, signal }).catch(() => null);
  if (taken === null) return;
  const done = taken.ended.catch((error: unknown) => {
    services.log.error({ error: String(error) }, 'what a hook said could not be recorded');
  });
  busy.add(done);
  void done.finally(() => busy.delete(done));
}

/** One claimed run, step by step, until it waits for somebody, the lease is lost or the process stops. */
async function workOn(services: Services, claim: Claim, options: WorkerOptions & { watches: Map<string, Watch> }): Promise<void> {
  const context = services.targets.get(claim.run.target);
  if (context === undefined)
    throw new Error(`Run #${claim.run.number} of ${claim.run.target} was claimed, and this worker does not know that target.`);
  const lease = keepLease(services.ledger, claim, options.timing);
  const current = task({ services, context, claim, lease, graceMs: options.timing.graceMs });
  const watch = watchRun(current, { ...options.timing, shutdown: options.signal });
  options.watches.set(claim.run.id, watch);
  try {
    await perform(current, watch, options);
  } finally {
    if (options.watches.get(claim.run.id) === watch) options.watches.delete(claim.run.id);
    await watch.stop();
    await current.close();
    await lease.release();
  }
}

async function perform(current: Task, watch: Watch, options: WorkerOptions): Promise<void> {
  const failures = patience(current, options.timing.patienceMs);
  while (!options.signal.aborted && !current.lease.lost()) {
    const run = await current.load();
    const next = nextStep(run, await current.services.ledger.now());
    if (next.kind !== 'step') {
      if (!isWatched(run)) return;
      // Over, and only watched until all is well again: the target is free for the next run.
      if (!isActive(run)) await current.close();
      await watch.changedOrAfter(options.timing.pollMs, options.signal);
      continue;
    }
    const signal = watch.begin(run, next);
    const progressed = await performStep(current, run, next, signal).then(
      (moved) => failures.over(moved),
      (error: unknown) => failures.lasts(error),
    );
    watch.end();
    if (!progressed) await watch.changedOrAfter(options.timing.pollMs, options.signal);
  }
}

/** A sleep that a change in the ledger cuts short. */
function alarm(): { ring(): void; sleep(ms: number, signal: AbortSignal): Promise<void> } {
  let wake: (() => void) | null = null;
  return {
    ring: () => wake?.(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = null;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        wake = done;
      }),
  };
}
