import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { begin, evolve } from '../../src/domain/evolve.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Actor } from '../../src/domain/people.ts';
import { isActive, type Run } from '../../src/domain/run.ts';
import { runCli, type Doors } from '../../src/cli/program.ts';
import type { Connection } from '../../src/cli/session.ts';
import type { ChainLink, Check, Ledger, Outcome, TargetContext } from '../../src/ports.ts';
import { aPlan, PEOPLE, sha256, storyTo, type Scene } from '../support/runs.ts';
import { aTerminal, type TestTerminal } from './a-terminal.ts';

/** Runs in memory, decided by the real domain: what the terminal does to them can be read. */
export type World = {
  readonly run: () => Run | null;
  readonly say: (actor: Actor, command: Command) => void;
  readonly connection: Connection;
  readonly closed: () => number;
  readonly replaced: (part: Partial<TargetContext>) => World;
};

/** A world whose open or last run is in this scene (no run at all without one), at the scene's last moment or `now`. */
export function aWorld({ scene, now: given, checks = [] }: { scene?: Scene; now?: Instant; checks?: readonly Check[] } = {}): World {
  const story = scene === undefined ? null : storyTo(scene);
  const events: RunEvent[] = [...(story?.events ?? [])];
  const state = { run: story?.run ?? null, closed: 0 };
  const now = given ?? story?.now ?? aPlan().plannedAt;
  const active = () => (state.run !== null && isActive(state.run) ? state.run : null);
  const execute = (command: Command, actor: Actor): Outcome => {
    if (state.run === null) return { ok: false, refusal: { code: 'no_run', target: 'acme' }, run: null };
    const decision = decide(state.run, command, { now, actor, people: PEOPLE, sha256 });
    if (!decision.ok) return { ok: false, refusal: decision.refusal, run: state.run };
    const happened = decision.happenings.map((happening): RunEvent => ({ ...happening, at: now, actor }));
    events.push(...happened);
    state.run = happened.reduce(evolve, state.run);
    return { ok: true, run: state.run, events: happened };
  };
  const links = (): readonly ChainLink[] =>
    events.map((event, index) => ({ position: index + 1, runId: state.run?.id ?? '', runNumber: 42, target: 'acme', event, hash: '' }));
  const ledger: Partial<Ledger> = {
    now: async () => now,
    create: async ({ target, plan, digest, actor }) => {
      const event: RunEvent = { type: 'planned', target, plan, digest, at: now, actor };
      events.push(event);
      state.run = begin({ id: 'run-43', number: 43 }, event);
      return { ok: true, run: state.run, events: [event] };
    },
    execute: async (_id, command, actor) => execute(command, actor),
    load: async () => state.run,
    byNumber: async (number) => (number === state.run?.number ? state.run : null),
    active: async () => active(),
    latest: async () => state.run,
    list: async () => (state.run === null ? [] : [state.run]),
    history: async ({ after = 0, limit }) =>
      links()
        .filter(({ position }) => position > after)
        .slice(0, limit),
    verify: async () => ({ ok: true, events: events.length, head: 'abc123', broken: null }),
    recent: async () => [],
    progress: async () => null,
    hookRuns: async () => [],
    beats: async () => [{ name: 'host:7', role: 'worker', pid: 7, version: '0.1.0', seenAt: now }],
  };
  const connection = (context: TargetContext): Connection => ({
    ledger: ledger as Ledger,
    targets: new Map([[context.name, context]]),
    defaultTarget: 'acme',
    people: () => PEOPLE,
    checks,
    sha256,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    user: 'nora',
    close: async () => void (state.closed += 1),
  });
  const world = (context: TargetContext): World => ({
    run: () => state.run,
    say: (actor, command) => {
      const outcome = execute(command, actor);
      if (!outcome.ok) throw new Error(`${command.type}: ${JSON.stringify(outcome.refusal)}`);
    },
    connection: connection(context),
    closed: () => state.closed,
    replaced: (part) => world({ ...context, ...part }),
  });
  return world(aTarget());
}

function aTarget(): TargetContext {
  const plan = aPlan();
  const target: Partial<TargetContext['target']> = {
    unusable: async () => null,
    identity: async () => plan.identity,
    fingerprint: async () => ({ hash: plan.fingerprint, lines: [] }),
    applied: async () => [{ version: '0006', name: 'leads', upSha256: '', appliedAt: plan.plannedAt, runId: 'r' }],
    validate: async () => [],
  };
  const backups: Partial<TargetContext['backups']> = { unusable: async () => null };
  return {
    name: 'acme',
    window: plan.window,
    thresholds: plan.thresholds,
    timing: plan.timing,
    quorum: plan.quorum,
    runbook: plan.runbook,
    migrations: {
      format: 'native',
      read: async () => ({ ok: true, migrations: plan.migrations }),
      adoptable: async () => ({ files: [], problems: [] }),
    },
    target: target as TargetContext['target'],
    backups: backups as TargetContext['backups'],
    sources: { database: {}, application: {} } as TargetContext['sources'],
  };
}

/** One command line in this world: its exit code and both outputs. */
export async function offpeak(world: World, line: readonly string[], terminal: TestTerminal = aTerminal()) {
  const code = await runCli(line, { ...someDoors(terminal), connect: async () => world.connection });
  return { code, out: terminal.printed(), err: terminal.said(), terminal };
}

const nowhere = () => Promise.reject(new Error('not in this test'));

/** Doors that lead nowhere. */
export function someDoors(terminal: TestTerminal): Doors {
  return {
    connect: nowhere,
    site: nowhere,
    lint: nowhere,
    rehearse: nowhere,
    run: { bot: nowhere, worker: nowhere, start: nowhere },
    doctor: nowhere,
    version: '0.1.0',
    terminal,
  };
}
