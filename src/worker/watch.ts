import { between, type Instant } from '../domain/instant.ts';
import type { NextStep } from '../domain/next-step.ts';
import { WATCHED, type Run } from '../domain/run.ts';
import { lateHold, opensAt } from '../domain/schedule.ts';
import { attendOnce } from './attend.ts';
import { monitorOnce } from './monitor.ts';
import { repeat } from './repeat.ts';
import type { Task } from './task.ts';
import { stillWanted } from './wanted.ts';

type Step = Extract<NextStep, { kind: 'step' }>;

/** Looks at the run beside its steps: samples while it works, and stops a step the moment nobody wants it any more. */
export type Watch = {
  /** Marks the step that is performed now; the signal aborts when the run has left it, the lease is lost or the process stops. */
  begin(run: Run, step: Step): AbortSignal;
  end(): void;
  /** Resolves when the run changed, or after `ms`. */
  changedOrAfter(ms: number, signal: AbortSignal): Promise<void>;
  /** The ledger says that the run changed: it is looked at now, so that a click does not wait for the next look. */
  changed(): void;
  stop(): Promise<void>;
};

/** Starts watching; `stop` ends it. `shutdown` is the process's own end. */
export function watchRun(task: Task, options: { sampleMs: number; lookMs: number; shutdown: AbortSignal }): Watch {
  let current: { readonly run: Run; readonly step: Step; readonly abort: AbortController } | null = null;
  let version = task.claim.run.version;
  let onChange: (() => void) | null = null;
  const stopped = new AbortController();
  const look = async () => {
    const run = await task.load();
    if (run.version !== version) onChange?.();
    version = run.version;
    // A dump that hangs must not hide that T-15 or T-5 has come; everything else is seen in the run itself.
    const timed = run.state === 'scheduled' || run.state === 'preparing';
    const due = timed && isDue(run, await task.services.ledger.now());
    if (current !== null && (due || !stillWanted(run, current.run, current.step))) current.abort.abort();
  };
  const sample = async () => {
    const run = await task.load();
    if (WATCHED.includes(run.state)) await monitorOnce(task, run);
  };
  const attend = async () => {
    const run = await task.load();
    if (WATCHED.includes(run.state)) await attendOnce(task, run);
  };
  const leave = () => current?.abort.abort();
  task.lease.signal.addEventListener('abort', leave);
  options.shutdown.addEventListener('abort', leave);
  const looking = repeat(look, options.lookMs, stopped.signal, task);
  const loops = [looking, repeat(sample, options.sampleMs, stopped.signal, task), repeat(attend, options.sampleMs, stopped.signal, task)];
  return {
    begin: (run, step) => {
      current = { run, step, abort: new AbortController() };
      if (task.lease.lost() || options.shutdown.aborted) current.abort.abort();
      return current.abort.signal;
    },
    end: () => {
      current = null;
    },
    changedOrAfter: (ms, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          onChange = null;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        onChange = done;
      }),
    changed: looking.nudge,
    stop: async () => {
      stopped.abort();
      options.shutdown.removeEventListener('abort', leave);
      await Promise.all(loops.map(({ over }) => over));
    },
  };
}

function isDue(run: Run, now: Instant): boolean {
  if (run.state === 'scheduled') return run.scheduledFor !== null && between(opensAt(run, run.scheduledFor), now) >= 0;
  return lateHold(run, now) !== null;
}
