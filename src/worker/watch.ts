import { between, type Instant } from '../domain/instant.ts';
import type { NextStep } from '../domain/next-step.ts';
import type { Metric } from '../domain/monitor.ts';
import { isWatched, WATCHED, type Run } from '../domain/run.ts';
import { lateHold, opensAt } from '../domain/schedule.ts';
import { attendOnce } from './attend.ts';
import { tendCountdown } from './auto-rollback.ts';
import { askDatabase, listener } from './monitor.ts';
import { ISSUES_EVERY_MS, listNewIssues } from './new-issues.ts';
import { recoveryWatch } from './recovery.ts';
import { repeat } from './repeat.ts';
import { DATABASE_METRICS, signalsIn } from './samples.ts';
import { sourceWatch } from './source-watch.ts';
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
  const attend = async () => {
    const run = await task.load();
    if (WATCHED.includes(run.state)) await attendOnce(task, run);
  };
  const leave = () => current?.abort.abort();
  task.lease.signal.addEventListener('abort', leave);
  options.shutdown.addEventListener('abort', leave);
  const looking = repeat(look, options.lookMs, stopped.signal, task);
  const loops = [
    looking,
    repeat(attend, options.sampleMs, stopped.signal, task),
    ...watching(task, options.sampleMs).map(({ everyMs, act }) => repeat(act, everyMs, stopped.signal, task)),
  ];
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

/** Beside two intervals of a source: what an answer and the ledger may take. Milliseconds. */
const SLACK_MS = 5_000;

/**
 * What goes on beside the steps, each at its own pace, so that a source that is slow, away or resting keeps nobody else waiting: PostgreSQL,
 * whose rounds are the heartbeat of the monitor and look after dark sources, the countdown and the recovery; and every source for itself.
 */
function watching(task: Task, sampleMs: number): readonly { readonly everyMs: number; readonly act: () => Promise<void> }[] {
  const signals = signalsIn(task.context.sources, sampleMs);
  const sources = [{ name: 'The database', metrics: DATABASE_METRICS, everyMs: sampleMs }, ...signals];
  const freshMs = (metric: Metric) =>
    2 * Math.max(...sources.filter(({ metrics }) => metrics.some((each) => each === metric)).map(({ everyMs }) => everyMs)) + SLACK_MS;
  const [lookAtSources, lookAtRecovery] = [sourceWatch(task, sources), recoveryWatch(task)];
  const round = async () => {
    const before = await task.load();
    if (!isWatched(before)) return;
    const samples = await askDatabase(task, before);
    const [run, now] = await Promise.all([task.load(), task.services.ledger.now()]);
    if (run.baseline === null) return;
    await lookAtSources(run, now);
    await tendCountdown(task, run, { now, samples, freshMs });
    await lookAtRecovery(run, { now, samples, freshMs });
  };
  const listening = signals.map((signal) => {
    const ask = listener(task, signal);
    const act = async () => {
      const run = await task.load();
      if (isWatched(run)) await ask(run);
    };
    return { everyMs: signal.everyMs, act };
  });
  const list = async () => {
    const run = await task.load();
    if (WATCHED.includes(run.state)) await listNewIssues(task, run);
  };
  const issues = task.context.sources.newIssues === undefined ? [] : [{ everyMs: ISSUES_EVERY_MS, act: list }];
  return [{ everyMs: sampleMs, act: round }, ...listening, ...issues];
}

function isDue(run: Run, now: Instant): boolean {
  if (run.state === 'scheduled') return run.scheduledFor !== null && between(opensAt(run, run.scheduledFor), now) >= 0;
  return lateHold(run, now) !== null;
}
