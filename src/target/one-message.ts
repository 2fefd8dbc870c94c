import { basename } from 'node:path';
import type { AppliedUnit } from '../domain/commands.ts';
import type { AppliedStatement } from '../domain/events.ts';
import type { Statement } from '../domain/plan.ts';
import type { Following } from '../ports.ts';
import { sendBundle, type BundledCommand, type Completed } from './bundle.ts';
import { isConnectionLoss } from './errors.ts';
import { openFenced, whyNotOpened } from './fence.ts';
import { OWN_LOOK, seenIn } from './own-look.ts';
import { onlyPlain } from './plain-statement.ts';
import { CommitUnanswered } from './resolve.ts';
import { ANSWER_SLACK_MS, sessionName } from './session.ts';
import { gateAnswer, judgeStatementError, passGate, statementLimit, type UnitContext } from './unit-context.ts';
import { judgeTail, locksNothing, ownLocks, rowsOf, tailOf } from './unit-tail.ts';

/** So many units travel together at most. */
const TOGETHER = 8;
/** A unit that travels behind another begins so soon after it, or not at all: the server looks at its clock. Milliseconds. */
const BEHIND_MS = 20;

/** One unit of the message, and where its commands stand in it. */
type Part = {
  readonly context: UnitContext;
  readonly statement: Statement;
  readonly head: readonly BundledCommand[];
  readonly look: readonly BundledCommand[];
  readonly tail: readonly BundledCommand[];
  readonly from: number;
  readonly until: number;
};
type Done = { readonly statements: readonly AppliedStatement[]; readonly ms: number; readonly also: readonly AppliedUnit[] };

/**
 * A unit of one plain statement as one message with one Sync: BEGIN, the fence, the statement, a look at what it locked, marker, history
 * row, COMMIT; behind it in the same message the units that follow, when they are plain too, their intents are in the ledger, their gate is
 * open and nobody holds what they want. The server executes nothing behind the first command that fails, and no unit that would begin later
 * than 20 ms behind the first. One that was not executed has its own turn. The time of a statement includes that of its COMMIT. When the
 * connection breaks, the markers say what became of them: the id of the transaction may not have arrived.
 */
export async function applyInOneMessage(context: UnitContext, statement: Statement, lockTimeoutMs: number): Promise<Done> {
  const { request, actor, work } = context;
  await passGate(request, 0);
  request.signal.throwIfAborted();
  const followers = await companions(context);
  const parts = partsOf([{ context, statement }, ...followers], lockTimeoutMs);
  const limitMs = statementLimit([statement], context.tuning);
  const longestMs = parts.reduce((sum, part) => sum + statementLimit([part.statement], context.tuning), 0);
  context.sent.behind = followers.map((each) => each.following);
  const begun = performance.now();
  const bundled = await sendBundle(
    work.client,
    parts.flatMap(({ head, statement: { sql }, look, tail }) => [...head, { text: sql }, ...look, ...tail]),
    longestMs + ANSWER_SLACK_MS,
  );
  const ms = performance.now() - begun;
  const done = parts.filter(({ until }) => until <= bundled.completed.length);
  if (!bundled.ok) {
    const { at, error, completed } = bundled;
    if (isConnectionLoss(error) || !work.alive()) throw new CommitUnanswered(completed[1]?.row[0] ?? null);
    await work.client.query('ROLLBACK').catch(() => {});
    if (done.length === 0) throw await whyFailed(parts[0], { error, at, actor, work, ms, limitMs });
  }
  context.sent.behind = [];
  const [first, ...also] = appliedParts(done, bundled.completed, ms);
  return { statements: first?.statements ?? [], ms: first?.ms ?? 0, also };
}

type Failure = Pick<UnitContext, 'actor' | 'work'> & {
  readonly error: unknown;
  readonly at: number;
  readonly ms: number;
  readonly limitMs: number;
};

/** Nothing was applied: what the first unit came to. */
async function whyFailed(part: Part | undefined, { error, at, actor, work, ms, limitMs }: Failure): Promise<unknown> {
  if (part === undefined) return error;
  const { context, statement, head, look, tail } = part;
  if (at < head.length) return await whyNotOpened(work.client, actor, error);
  const place = { path: basename(context.request.migration.up.path), sql: statement.sql, line: statement.line };
  if (at === head.length) return judgeStatementError({ error, ...place, ms, limitMs });
  return judgeTail(context, { error, at: at - head.length - 1 - look.length, of: tail.length, xid: null, ms, limitMs });
}

type Companion = { readonly context: UnitContext; readonly statement: Statement; readonly following: Following };

/** The units that may travel with this one. What is not known of them keeps them for their own turn. */
async function companions(context: UnitContext): Promise<readonly Companion[]> {
  const { request, observer } = context;
  const found: Companion[] = [];
  for (const following of (request.following?.() ?? []).slice(0, TOGETHER - 1)) {
    const statement = await onlyPlain(following.unit);
    if (statement === null || (await gateAnswer(following.gate, BEHIND_MS)) !== null) break;
    const holders = await observer.ask((client) => context.outlook(client, following.unit));
    if (holders.length > 0 || request.signal.aborted) break;
    found.push({ context: { ...context, request: { ...request, ...following } }, statement, following });
  }
  return found;
}

function partsOf(units: readonly Pick<Companion, 'context' | 'statement'>[], lockTimeoutMs: number): readonly Part[] {
  const parts: Part[] = [];
  for (const { context, statement } of units) {
    const { actor, request } = context;
    const applicationName = sessionName(actor.runId, actor.epoch, `apply:${request.unit.position}`);
    const timeouts = { lockTimeoutMs, statementTimeoutMs: statementLimit([statement], context.tuning), applicationName };
    const head = openFenced(actor, timeouts, parts.length === 0 ? null : BEHIND_MS);
    const [look, tail] = [locksNothing(statement) ? [] : [OWN_LOOK], tailOf(context)];
    const from = parts.at(-1)?.until ?? 0;
    parts.push({ context, statement, head, look, tail, from, until: from + head.length + 1 + look.length + tail.length });
  }
  return parts;
}

/** What each of them came to. The server says when each began: a unit lasts until the next one begins. */
function appliedParts(parts: readonly Part[], completed: readonly Completed[], ms: number): readonly AppliedUnit[] {
  const begunAt = ({ from, head }: Part): number => Number(completed[from + head.length - 1]?.row[1] ?? 0);
  const firstAt = parts[0] === undefined ? 0 : begunAt(parts[0]);
  return parts.map((part, index): AppliedUnit => {
    const { context, statement, from, head, look } = part;
    const next = parts[index + 1];
    const took = Math.max(0, Math.round((next === undefined ? firstAt + ms : begunAt(next)) - begunAt(part)));
    const done = completed[from + head.length];
    const seen = look.length === 0 ? null : seenIn(completed[from + head.length + 1]?.row ?? []);
    const locks = ownLocks(statement, [], seen === null ? [] : context.observer.saw(seen));
    const rows = done === undefined ? null : rowsOf({ command: done.tag, rowCount: done.rowCount });
    const statements = [{ index: statement.index, ms: took, rows, locks }];
    return { position: context.request.unit.position, statements, ms: took, longestWaitMs: Math.round(seen?.wait ?? 0), tries: 1 };
  });
}
