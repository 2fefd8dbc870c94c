import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { begin, evolve } from '../../src/domain/evolve.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Actor, Person } from '../../src/domain/people.ts';
import { isActive, type Run } from '../../src/domain/run.ts';
import type { ChainLink, Ledger, Outcome, PostedMessage, Services, TargetContext } from '../../src/ports.ts';
import { aPlan, evening, PEOPLE, sha256 } from '../support/runs.ts';

/** The ledger's decisions without its database: the same decide and evolve, in memory. */
export type SmallLedger = Pick<
  Ledger,
  | 'now'
  | 'create'
  | 'execute'
  | 'load'
  | 'byNumber'
  | 'active'
  | 'list'
  | 'latest'
  | 'history'
  | 'recent'
  | 'progress'
  | 'posted'
  | 'save'
  | 'lastChannel'
  | 'beats'
> & {
  readonly rows: readonly PostedMessage[];
  /** Commands as they were given, refused ones too. */
  readonly commands: readonly { readonly command: Command; readonly actor: Actor }[];
  set(now: Instant): void;
  put(run: Run): void;
  /** Makes every call reject until it is called with null. */
  break(error: Error | null): void;
};

/** A ledger with these runs, in the evening of the stories. */
export function aLedger(runs: readonly Run[] = [], at: Instant = evening('17:30'), people: readonly Person[] = PEOPLE): SmallLedger {
  const known = new Map(runs.map((run) => [run.id, run]));
  const links: ChainLink[] = [];
  const rows: PostedMessage[] = [];
  const commands: { command: Command; actor: Actor }[] = [];
  let now = at;
  let broken: Error | null = null;
  const alive = async <T>(answer: () => T): Promise<T> => {
    if (broken !== null) throw broken;
    return answer();
  };
  const newestFirst = () => [...known.values()].toSorted((a, b) => b.number - a.number);

  function link(run: Run, event: ChainLink['event']): void {
    links.push({ position: links.length + 1, runId: run.id, runNumber: run.number, target: run.target, event, hash: '' });
  }

  function execute(runId: string, command: Command, actor: Actor): Outcome {
    commands.push({ command, actor });
    const run = known.get(runId);
    if (run === undefined) return { ok: false, refusal: { code: 'no_run', target: runId }, run: null };
    const decision = decide(run, command, { now, actor, people, sha256 });
    if (!decision.ok) return { ok: false, refusal: decision.refusal, run };
    const events = decision.happenings.map((happening) => ({ ...happening, at: now, actor }));
    const after = events.reduce(evolve, run);
    for (const event of events) link(after, event);
    known.set(runId, after);
    return { ok: true, run: after, events };
  }

  return {
    rows,
    commands,
    set: (to) => (now = to),
    put: (run) => void known.set(run.id, run),
    break: (error) => (broken = error),
    now: () => alive(() => now),
    create: ({ target, plan, digest, actor }) =>
      alive(() => {
        const event = { type: 'planned', target, plan, digest, at: now, actor } as const;
        const run = begin({ id: `00000000-0000-4000-8000-0000000000${50 + known.size}`, number: 50 + known.size }, event);
        known.set(run.id, run);
        link(run, event);
        return { ok: true, run, events: [event] };
      }),
    execute: (runId, command, actor) => alive(() => execute(runId, command, actor)),
    load: (runId) => alive(() => known.get(runId) ?? null),
    byNumber: (number) => alive(() => [...known.values()].find((run) => run.number === number) ?? null),
    active: (target) => alive(() => newestFirst().find((run) => run.target === target && isActive(run)) ?? null),
    latest: (target) => alive(() => newestFirst().find((run) => run.target === target) ?? null),
    list: ({ target, active, limit }) =>
      alive(() =>
        newestFirst()
          .filter((run) => (target === undefined || run.target === target) && (active !== true || isActive(run)))
          .slice(0, limit),
      ),
    history: ({ runId }) => alive(() => links.filter((entry) => runId === undefined || entry.runId === runId)),
    recent: () => alive(() => []),
    progress: () => alive(() => null),
    beats: () => alive(() => [{ name: 'worker', role: 'worker' as const, pid: 4, version: '1', seenAt: now }]),
    posted: (runId) => alive(() => rows.filter((row) => row.runId === runId)),
    lastChannel: () => alive(() => rows.findLast(({ key }) => key === 'card')?.channel ?? null),
    save: (row) =>
      alive(() => {
        const index = rows.findIndex((old) => old.runId === row.runId && old.key === row.key);
        rows.splice(index < 0 ? rows.length : index, index < 0 ? 0 : 1, row);
      }),
  };
}

/** Services around that ledger, with a log that is kept. */
export function someServices(ledger: SmallLedger, people: readonly Person[] = PEOPLE): Services & { readonly logged: readonly string[] } {
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  return {
    ledger: ledger as unknown as Ledger,
    targets: new Map([['acme', { name: 'acme', window: aPlan().window } as TargetContext]]),
    defaultTarget: 'acme',
    people: () => people,
    checks: [],
    sha256,
    log: { info: write, warn: write, error: write },
    logged,
  };
}
