import { AHEAD, intended, sameBackend } from '../domain/ahead.ts';
import type { AppliedUnit, Command } from '../domain/commands.ts';
import type { Backend } from '../domain/events.ts';
import type { Instant } from '../domain/instant.ts';
import type { Run } from '../domain/run.ts';
import type { Outcome } from '../ports.ts';
import type { Task } from './task.ts';

/** Older results are told to the ledger although only few units were applied since: cards and commands live from them. Milliseconds. */
const UNTOLD_MS = 250;

/** What one worker tells the ledger about the units it applies one after the other on one backend: several intents at once, several results at once. */
export type Journal = {
  /** Whether the ledger holds our intent of this unit on this backend. */
  intended(position: number, backend: Backend): boolean;
  /** Records the intent of this unit, and of the small ones behind it. False when it may not begin. */
  begin(position: number, backend: Backend): Promise<boolean>;
  /** The positions behind this one whose intents the ledger holds as well. */
  following(position: number): readonly number[];
  /** Keeps what was applied, and tells it beside the work when it is time to. */
  applied(unit: AppliedUnit): void;
  /** Tells what was applied and asks for the intents of what follows. The run when it may go on at `position`. */
  onward(position: number): Promise<Run | null>;
  /** Tells what was applied, and withdraws what is announced: all of it, or what stands behind the unit that came to something else. */
  close(from: number): Promise<Outcome | null>;
};

type Next = { readonly backend: Backend; readonly newestSample: Instant | null };

/** Nothing is told twice, and one report is under way at a time: a later one never overtakes an earlier. */
export function journal(task: Task, newestSample: () => Promise<Instant | null>): Journal {
  let backend: Backend | null = null;
  let run: Run | null = null;
  let untold: AppliedUnit[] = [];
  let since = 0;
  let refused = false;
  let telling: Promise<unknown> | null = null;

  const report = async (command: Command): Promise<Outcome> => {
    let answer: Outcome | null = null;
    try {
      answer = await task.report(command);
      return answer;
    } finally {
      // Without an answer nobody knows what the ledger holds, and nothing new is begun.
      if (answer?.ok === true) run = answer.run;
      else refused = true;
    }
  };
  const ours = (position: number): boolean => run !== null && backend !== null && intended(run, position, backend);
  /** Once something was refused or the ledger did not answer, nothing more is told beside the work. */
  const told = async (): Promise<void> => {
    await telling;
    telling = null;
  };
  const tell = async (rest: { withdrawn?: readonly number[]; next?: Next } = {}): Promise<Outcome | null> => {
    const units = untold;
    const withdrawn = rest.withdrawn ?? [];
    if (units.length === 0 && withdrawn.length === 0) return null;
    untold = [];
    return await report({ type: 'record_units', units, withdrawn, ...(rest.next === undefined ? {} : { next: rest.next }) });
  };
  const next = async (): Promise<{ next?: Next }> => (backend === null ? {} : { next: { backend, newestSample: await newestSample() } });
  const ahead = (): number =>
    run === null || backend === null ? 0 : announcedFrom(run, (untold.at(-1)?.position ?? -1) + 1, backend).length;

  return {
    intended: (position, on) => backend !== null && sameBackend(backend, on) && ours(position),
    following: (position) => (run === null || backend === null ? [] : announcedFrom(run, position + 1, backend)),
    begin: async (position, on) => {
      await told();
      await tell();
      backend = on;
      const answer = await report({ type: 'begin_unit', position, backend: on, newestSample: await newestSample(), ahead: true });
      return answer.ok && answer.run.state === 'migrating' && ours(position);
    },
    applied: (unit) => {
      if (untold.length === 0) since = performance.now();
      untold.push(unit);
      const due = ahead() <= AHEAD.units / 2 || performance.now() - since > UNTOLD_MS;
      if (telling !== null || refused || !due || !ours(unit.position + 1)) return;
      const beside = next().then(tell);
      telling = beside.finally(() => (telling = null));
      // Awaited by whoever tells next; until then a failure is nobody's.
      telling.catch(() => undefined);
    },
    onward: async (position) => {
      if (!refused && ours(position)) return run;
      await told();
      await tell(await next());
      return !refused && run?.state === 'migrating' && ours(position) ? run : null;
    },
    close: async (from) => {
      await told();
      const withdrawn = run === null || backend === null ? [] : announcedFrom(run, from, backend);
      return await tell({ withdrawn });
    },
  };
}

/** What was announced on this backend and was not begun, from a position on. */
function announcedFrom(run: Run, from: number, backend: Backend): readonly number[] {
  // The last of the list, which is in the order of positions: most of a long run lies behind.
  const behind = run.units.findLastIndex((unit) => unit.position < from);
  return run.units
    .slice(behind + 1)
    .filter((unit) => unit.state === 'announced' && sameBackend(unit.backend, backend))
    .map(({ position }) => position);
}
