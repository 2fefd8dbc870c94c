import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { METRICS, type Metric, type Sample } from '../../src/domain/monitor.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import type { CountedLosses, Signal, SignalValues, Sources } from '../../src/ports.ts';
import type { Task } from '../../src/worker/task.ts';
import { PEOPLE, sha256 } from '../support/plans.ts';

/** A run whose commands are really decided, a clock that is set, and samples that are kept: all that the monitor of a worker needs. */
export function aWatchedRun(
  begun: Run,
  startsAt: Instant,
  losses?: () => Promise<readonly CountedLosses[]>,
  sources: Partial<Sources> = {},
) {
  let run = begun;
  let now = startsAt;
  const samples: Sample[] = [];
  const reported: Command[] = [];
  const give = (command: Command, actor: Actor) => {
    const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
    if (!decision.ok) return { ok: false as const, refusal: decision.refusal, run };
    run = decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor }), run);
    return { ok: true as const, run, events: [] };
  };
  const ledger = {
    now: async () => now,
    record: async (_id: string, some: readonly Sample[]) => void samples.push(...some),
    recent: async (_id: string, each: number) =>
      METRICS.flatMap((metric) => samples.filter((sample) => sample.metric === metric).slice(-each)),
  };
  const task = {
    claim: { run },
    load: async () => run,
    report: async (command: Command) => {
      const outcome = give(command, OFFPEAK);
      if (outcome.ok) reported.push(command);
      return outcome;
    },
    context: { losses, sources },
    services: { ledger, log: { warn: () => {} } },
  } as unknown as Task;
  return {
    task,
    reported,
    samples,
    run: () => run,
    now: () => now,
    pass: (seconds: number) => void (now = plus(now, seconds * 1_000)),
    says: (actor: Actor, command: Command) => give(command, actor),
    /** One sample of now for each of these; the others keep what they had. */
    sampled: (values: Partial<Record<Metric, number | null>>) => {
      for (const [metric, value] of Object.entries(values))
        samples.push({ metric: metric as Metric, at: now, value: value ?? null, detail: value === null ? 'no answer' : 'test' });
    },
    newest: () => METRICS.flatMap((metric) => samples.filter((sample) => sample.metric === metric).slice(-5)),
  };
}

/** A source of which the test says what it answers next; the last answer stays. */
export function aSignal(
  answers: readonly (SignalValues & { readonly at?: Instant })[],
  everyMs = 1_000,
  metrics: Signal['metrics'] = ['error_rate', 'p95', 'database_errors'],
): Signal {
  let asked = 0;
  return {
    name: 'The application',
    everyMs,
    metrics,
    read: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer === undefined) return { ok: false, why: 'no answer', source: 'test' };
      const { at, ...value } = answer;
      return { ok: true, value, source: 'test', ...(at === undefined ? {} : { at }) };
    },
  };
}
