import { basename } from 'node:path';
import type { Client } from 'pg';
import type { AppliedUnit } from '../domain/commands.ts';
import type { AppliedStatement } from '../domain/events.ts';
import type { Migration, RelationLock, Statement, Unit } from '../domain/plan.ts';
import type { UnitOutcome } from '../ports.ts';
import { sendBundle, type BundledCommand, type Completed } from './bundle.ts';
import { openFenced, whyNotOpened } from './fence.ts';
import { onlyRows } from './lock-modes.ts';
import { withLockTries } from './lock-tries.ts';
import { applyInOneMessage } from './one-message.ts';
import { onlyPlain } from './plain-statement.ts';
import { ANSWER_SLACK_MS, execute, sessionName } from './session.ts';
import { setsSession } from './sql-shape.ts';
import { judgeStatementError, passGate, statementLimit, StatementFailed, type UnitContext } from './unit-context.ts';
import { judgeTail, locksNothing, NotOpened, ownLocks, rowsOf, tailOf } from './unit-tail.ts';

/** A wait for a row makes nobody queue behind us, so it may take longer than a wait for a table. */
const ROW_WAIT_MS = 2_000;
/** A file's own SET must not disarm the next statement (N4). */
const REARM = `SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)`;

/** A statement with the locks our transaction held before and after it. */
type Executed = {
  readonly statement: Statement;
  readonly ms: number;
  readonly rows: number | null;
  readonly before: readonly RelationLock[];
  readonly after: Promise<readonly RelationLock[]>;
};
type Limits = { readonly lockTimeoutMs: number; readonly limitMs: number };
type Done = { readonly statements: readonly AppliedStatement[]; readonly ms: number; readonly also?: readonly AppliedUnit[] };

/** Applies statements that commit together with their marker and, at the end of the file, the history row. */
export async function applyTransaction(context: UnitContext): Promise<UnitOutcome> {
  const { request, observer, tuning } = context;
  const { statements } = request.unit;
  const only = await onlyPlain(request.unit);
  const once = (lockTimeoutMs: number) =>
    only === null ? attempt(context, lockTimeoutMs) : applyInOneMessage(context, only, lockTimeoutMs);
  const tried = await withLockTries({
    observer,
    tuning,
    signal: request.signal,
    wanted: statements.flatMap((statement) => statement.locks),
    outlook: (client) => context.outlook(client, request.unit),
    tryMs: statements.every(onlyRows) && statements.length > 0 ? ROW_WAIT_MS : null,
    ours: context.ours,
    attempt: (lockTimeoutMs) => observer.during(request.signal, () => once(lockTimeoutMs), { yieldAfterMs: lockTimeoutMs }),
  });
  if (tried.kind === 'cancelled') return { result: 'cancelled' };
  if (tried.kind === 'lock_budget') return { result: 'lock_budget', detail: tried.detail };
  return { result: 'applied', ...tried.value, longestWaitMs: observer.longestWaitMs, tries: tried.tries };
}

/** One whole transaction; rolled back when it throws. */
async function attempt(context: UnitContext, lockTimeoutMs: number): Promise<Done> {
  const { request, work } = context;
  const started = performance.now();
  const limits: Limits = { lockTimeoutMs, limitMs: statementLimit(request.unit.statements, context.tuning) };
  const sent = { any: false };
  try {
    const [first, ...rest] = request.unit.statements;
    // An empty unit asks too: being recorded is forward work.
    await mayGoOn(context);
    sent.any = true;
    const { xid, executed } = await open(context, first, limits);
    for (const statement of rest) {
      const before = (await executed.at(-1)?.after) ?? [];
      await mayGoOn(context);
      const command = { name: 'offpeak_rearm', text: REARM, values: [`${lockTimeoutMs}ms`, `${limits.limitMs}ms`] };
      executed.push(look(context, { statement, before, ...(await run(context, { head: [command], statement, limits })).done }));
    }
    const statements = await Promise.all(executed.map(appliedStatement));
    request.signal.throwIfAborted();
    await commit(context, { xid, limitMs: limits.limitMs });
    return { statements, ms: Math.round(performance.now() - started) };
  } catch (error) {
    if (sent.any && work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error instanceof NotOpened ? await whyNotOpened(work.client, context.actor, error.why) : error;
  }
}

async function mayGoOn({ request }: UnitContext): Promise<void> {
  await passGate(request, 0);
  request.signal.throwIfAborted();
}

/** BEGIN, the fence and the first statement travel together: the server executes it only when the fence let it pass. */
async function open(
  context: UnitContext,
  first: Statement | undefined,
  limits: Limits,
): Promise<{ readonly xid: string; readonly executed: Executed[] }> {
  const { request, actor } = context;
  const applicationName = sessionName(actor.runId, actor.epoch, `apply:${request.unit.position}`);
  const timeouts = { lockTimeoutMs: limits.lockTimeoutMs, statementTimeoutMs: limits.limitMs, applicationName };
  const { head, done } = await run(context, { head: openFenced(actor, timeouts), statement: first, limits });
  const xid = head.at(-1)?.row[0] ?? '';
  return { xid, executed: first === undefined ? [] : [look(context, { statement: first, before: [], ...done })] };
}

type Part = { readonly head: readonly BundledCommand[]; readonly statement: Statement | undefined; readonly limits: Limits };
type Ran = { readonly head: readonly Completed[]; readonly done: Pick<Executed, 'ms' | 'rows'> };

/** One statement of the file behind commands of ours, in one message. */
async function run({ request, work }: UnitContext, { head, statement, limits: { limitMs } }: Part): Promise<Ran> {
  const begun = performance.now();
  const path = basename(request.migration.up.path);
  const text = statement === undefined ? [] : [{ text: statement.sql }];
  const bundled = await sendBundle(work.client, [...head, ...text], limitMs + ANSWER_SLACK_MS);
  const ms = performance.now() - begun;
  const { sql, line } = statement ?? { sql: '', line: 1 };
  if (!bundled.ok)
    throw bundled.at < head.length
      ? new NotOpened(bundled.error)
      : judgeStatementError({ error: bundled.error, path, sql, line, ms, limitMs });
  if (work.client.getTransactionStatus() !== 'T')
    throw new StatementFailed(`${path} line ${line} ends our transaction. Remove it: Offpeak commits by itself.`);
  const last = statement === undefined ? undefined : bundled.completed.at(-1);
  return {
    head: bundled.completed.slice(0, head.length),
    done: { ms: Math.round(ms), rows: last === undefined ? null : rowsOf({ command: last.tag, rowCount: last.rowCount }) },
  };
}

/** The other session looks at our locks; not for a statement that is known to lock nothing that others can see. */
function look({ observer }: UnitContext, done: Omit<Executed, 'after'>): Executed {
  const { statement, before } = done;
  const after = locksNothing(statement) ? Promise.resolve(before) : observer.look();
  after.catch(() => {});
  return { ...done, after };
}

/** Marker, history row and COMMIT in one message. */
async function commit(context: UnitContext, { xid, limitMs }: { readonly xid: string; readonly limitMs: number }): Promise<void> {
  const begun = performance.now();
  const tail = tailOf(context);
  const bundled = await sendBundle(context.work.client, tail, limitMs + ANSWER_SLACK_MS);
  if (!bundled.ok) throw judgeTail(context, { ...bundled, of: tail.length, xid, ms: performance.now() - begun, limitMs });
}

async function appliedStatement({ statement, ms, rows, before, after }: Executed): Promise<AppliedStatement> {
  return { index: statement.index, ms, rows, locks: ownLocks(statement, before, await after) };
}

/** Repeats the session-wide SETs that stand before this unit in its file: the session itself was cleaned. */
export async function repeatSettings(client: Client, migration: Migration, unit: Unit): Promise<void> {
  const first = unit.statements[0];
  if (first === undefined) return;
  for (const statement of migration.statements) {
    if (statement.index >= first.index) return;
    if (await setsSession(statement.sql)) await execute(client, statement.sql);
  }
}
