import type { Command } from '../domain/commands.ts';
import { decide } from '../domain/decide.ts';
import type { RunEvent } from '../domain/events.ts';
import { begin, evolve } from '../domain/evolve.ts';
import type { Instant } from '../domain/instant.ts';
import type { Actor, Person } from '../domain/people.ts';
import type { Refusal } from '../domain/refusal.ts';
import { isActive, type Run } from '../domain/run.ts';
import type { Fence, Outcome, RunStore } from '../ports.ts';
import type { Sha256 } from './audit/chain.ts';
import { NOTIFY } from './change-feed.ts';
import type { Connection, Rows } from './connection.ts';
import { append, lockChain } from './event-log.ts';
import type { Folds } from './folds.ts';
import { clock } from './ledger-clock.ts';
import * as runRows from './run-rows.ts';
import type { RunRow } from './run-rows.ts';

type RunStoreParts = {
  readonly connection: Connection;
  readonly folds: Folds;
  readonly people: () => readonly Person[];
  readonly sha256: Sha256;
};

/** What a transaction comes to: the outcome, and the hash by which to remember its run once it is committed. */
type Change = { readonly outcome: Outcome; readonly head: string | null };

/** Loads, decides and appends in one transaction; the only way a run changes. */
export function runStore(parts: RunStoreParts): RunStore {
  const { connection, folds } = parts;
  const found = async (row: RunRow | null): Promise<Run | null> => (row === null ? null : await folds.one(connection.rows, row));
  const change = async (work: (rows: Rows) => Promise<Change>): Promise<Outcome> => {
    const { outcome, head } = await connection.transaction(work);
    if (outcome.ok && head !== null) folds.remember(outcome.run, head);
    return outcome;
  };

  return {
    now: async () => await clock(connection.rows),
    create: async (request) => await change((rows) => create(parts, rows, request)),
    execute: async (runId, command, actor, fence) =>
      await change((rows) => execute(parts, rows, { runId, command, actor, fence: fence ?? null })),
    load: async (runId) => await found(await runRows.runRow(connection.rows, runId)),
    byNumber: async (number) => await found(await runRows.runRowByNumber(connection.rows, number)),
    active: async (target) => await found(await runRows.activeRunRow(connection.rows, target)),
    list: async ({ target, active, limit }) => {
      const filter = { target: target ?? null, onlyActive: active === true, limit };
      return await folds.of(connection.rows, await runRows.runRows(connection.rows, filter));
    },
    latest: async (target) => {
      const [row] = await runRows.runRows(connection.rows, { target, onlyActive: false, limit: 1 });
      return await found(row ?? null);
    },
  };
}

async function create({ folds, sha256 }: RunStoreParts, rows: Rows, request: Parameters<RunStore['create']>[0]): Promise<Change> {
  const { target, plan, digest, actor } = request;
  // First of all: no run begins or ends meanwhile, so the numbers count on and whoever occupies the target still does when it is named.
  const last = await lockChain(rows);
  const now = await clock(rows);
  const identity = await runRows.insertRun(rows, { target, now });
  if (identity === null) {
    const row = await runRows.activeRunRow(rows, target);
    if (row === null) throw new Error(`The ledger could not number a run for ${target}. Nothing was changed.`);
    const run = await folds.one(rows, row);
    return refused({ code: 'active_run', number: run.number, target: run.target, state: run.state.replaceAll('_', ' ') }, run);
  }
  const planned: RunEvent = { type: 'planned', target, plan, digest, at: now, actor };
  const { events, head } = append(rows, { ...identity, target, version: 0 }, [planned], { last, sha256 });
  const run = events.slice(1).reduce(evolve, begin(identity, events[0] ?? planned));
  return save(rows, { run, events, head, now });
}

const MOMENT = `
  SELECT offpeak.now() AS now, lease_owner AS worker, epoch, coalesce(lease_until > clock_timestamp(), false) AS leased
  FROM offpeak.run WHERE id = $1`;

type Moment = { readonly now: Instant; readonly worker: string | null; readonly epoch: number; readonly leased: boolean };

async function execute(
  { folds, people, sha256 }: RunStoreParts,
  rows: Rows,
  request: { runId: string; command: Command; actor: Actor; fence: Fence | null },
): Promise<Change> {
  const { runId, command, actor, fence } = request;
  if (!runRows.isRunId(runId)) return refused({ code: 'no_run', target: runId }, null);
  // In this order and on one way: with the row locked, the moment of a decision comes after the decision it waited for.
  const [row, [moment], last] = await Promise.all([runRows.lockedRunRow(rows, runId), rows<Moment>(MOMENT, [runId]), lockChain(rows)]);
  if (row === null) return refused({ code: 'no_run', target: runId }, null);
  const run = await folds.one(rows, row);
  if (moment === undefined || (fence !== null && !holds(moment, fence))) return refused({ code: 'lost_lease' }, run);

  const { now } = moment;
  const decision = decide(run, command, { now, actor, people: people(), sha256 });
  if (!decision.ok) return refused(decision.refusal, run);
  const happened: readonly RunEvent[] = decision.happenings.map((happening) => ({ ...happening, at: now, actor }));
  const after = happened.reduce(evolve, run);
  const occupied = !isActive(run) && isActive(after) ? await runRows.runRowInTheWay(rows, run) : null;
  // With the chain locked no run begins or ends meanwhile.
  if (occupied !== null) return refused({ code: 'overtaken', number: occupied.number, state: occupied.state.replaceAll('_', ' ') }, run);
  const { events, head } = append(rows, run, happened, { last, sha256 });
  return save(rows, { run: events.reduce(evolve, run), events, head, now });
}

/** Only the newest epoch of a lease that has not run out may write (invariant 5). */
function holds(moment: Moment, fence: Fence): boolean {
  return moment.leased && moment.worker === fence.worker && moment.epoch === fence.epoch;
}

/** Left to the commit: nothing is decided by these answers. */
function save(rows: Rows, { run, events, head, now }: { run: Run; events: readonly RunEvent[]; head: string; now: Instant }): Change {
  runRows.saveRun(rows, run, head, now);
  void rows(NOTIFY, [run.id]);
  return { outcome: { ok: true, run, events }, head };
}

function refused(refusal: Refusal, run: Run | null): Change {
  return { outcome: { ok: false, refusal, run }, head: null };
}
