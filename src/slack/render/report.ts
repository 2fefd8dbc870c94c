import { shortDigest } from '../../domain/digest.ts';
import { between } from '../../domain/instant.ts';
import { unitsOf } from '../../domain/plan.ts';
import { inWords, lasting } from '../../domain/refusal.ts';
import type { Run, UnitRun } from '../../domain/run.ts';
import { testLines } from './application-tests.ts';
import { whoRollsBack } from './alert-words.ts';
import { isStaging } from '../../domain/staging.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { detailLine, remainingLine, resultLine } from './ended-card.ts';
import { waivedWords } from './gate-lines.ts';
import { cutLines } from './limits.ts';
import { beforeAfter, METRIC_TITLES, metricValue } from './metrics.ts';
import { newIssueBlocks } from './new-issues.ts';
import { stagingLine, stagingResult } from './staging.ts';
import { runHeader, runName, STATE_WORDS } from './state-words.ts';
import { code, phrase, stopped, timeOf, when, who } from './text.ts';

/** Whether the run has a result worth a report: it was started, and it is over. A failed rollback is not over; it has its own notice. */
export function hasReport(run: Run): boolean {
  return run.end !== null && run.started !== null && run.state !== 'cancelled' && run.state !== 'rollback_failed';
}

/** The final result, short, because the whole channel reads it (R1); what a debrief needs stands below it and in the modal. */
export function report(run: Run): Message {
  // The moment of the first write counts, and where there was none, the end.
  const waived = waivedWords({ run, now: run.end?.at ?? run.plan.plannedAt });
  const lines = [`*${runHeader(run)}*`, resultLine(run), ...stagingResult(run), detailLine(run), remainingLine(run), waived].filter(
    (line) => line !== '',
  );
  return {
    text: `${STATE_WORDS[run.state].word}: run ${runName(run)}. ${resultLine(run)} ${stopped(phrase(run.end?.detail ?? '', 300))} Next: read the report in the thread.`,
    blocks: [section(lines.join('\n')), context(provenance(run)), ...actions([button(run, 'open_report')])],
  };
}

/** What a debrief needs, in the thread alone: when what happened, how long each statement took, the metrics before and after. */
export function details(run: Run): Message {
  const statements = statementLines(run);
  const tests = run.units.length === 0 ? [] : testLines(run);
  return {
    text: `Details of run ${runName(run)}, ${STATE_WORDS[run.state].word.toLowerCase()}: timeline, statements, metrics before and after.`,
    blocks: [
      section(timeline(run)),
      ...(statements.length === 0 ? [] : [section(cutLines(statements, { max: 2400, rest: (left) => `and ${left} more: Open report` }))]),
      ...(tests.length === 0 ? [] : [section(tests.join('\n'))]),
      ...(run.baseline === null
        ? []
        : [section(['*Before → after*', ...beforeAfter(run.baseline, run.after), ...notCompared(run)].join('\n'))]),
      ...newIssueBlocks(run),
    ],
  };
}

/** What the end was not compared with, because it could not be read before the first write: unknown is not the same as well. */
function notCompared({ forEnd }: Run): readonly string[] {
  return (forEnd?.unread ?? []).map((why) => `Not read: ${phrase(why, 200)}`);
}

function timeline(run: Run): string {
  const lines = [`Planned ${when(run.plan.plannedAt)} by ${who(run.requester)}`];
  if (run.started !== null) lines.push(`Started ${when(run.started.at)} by ${who(run.started.by)}`);
  if (run.baseline !== null && run.t0 !== null) lines.push(`First write ${timeOf(run.t0)}`);
  for (const alert of Object.values(run.alerts)) {
    const until = alert.clearedAt === null ? 'not cleared' : `cleared after ${inWords(between(alert.since, alert.clearedAt))}`;
    lines.push(`🚨 ${METRIC_TITLES[alert.metric]} ${metricValue(alert.metric, alert.value)} at ${timeOf(alert.since)}, ${until}`);
  }
  if (run.rollback !== null) lines.push(`${whoRollsBack(run.rollback.by)} ${timeOf(run.rollback.at)}`);
  if (run.end !== null) lines.push(`Ended ${timeOf(run.end.at)}`);
  return `*Timeline*\n${lines.map((line) => `• ${line}`).join('\n')}`;
}

/** Each unit with its time, the locks it held and the longest any application session waited behind it (R11). */
export function statementLines(run: Run): readonly string[] {
  const units = unitsOf(run.plan);
  return run.units.map((done) => {
    const unit = units[done.position];
    const name = `${phrase(unit?.version ?? '', 30)} ${code(unit?.statements[0]?.summary ?? unit?.name ?? '', 90)}`;
    const times = timesOf(done);
    // What was interrupted has no record of its locks, and nothing recorded is not the same as nothing held.
    if (done.endedAt === null) return `• ${name} · ${times}`;
    return `• ${name} · ${times} · ${locksOf(done)} · longest wait of an application session ${waited(done.longestWaitMs)}`;
  });
}

/** The ledger has the time of the way forward only; the way back is in the timeline. */
function timesOf({ state, endedAt, ms }: UnitRun): string {
  if (endedAt === null) return state === 'undone' ? 'interrupted, undone' : 'not finished';
  return state === 'undone' ? `applied in ${lasting(ms)}, undone` : `applied in ${lasting(ms)}`;
}

/** Milliseconds below a second, because there they are the news. */
function waited(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function locksOf(unit: UnitRun): string {
  const locks = new Set(unit.statements.flatMap((statement) => statement.locks.map((lock) => `${lock.mode} on ${lock.relation}`)));
  return locks.size === 0 ? 'no lock recorded' : phrase([...locks].join(', '), 200);
}

function provenance(run: Run): string {
  if (isStaging(run)) return `${stagingLine(run)} · digest ${code(shortDigest(run.digest))}`;
  const approvers = run.approvals.map((entry) => who(entry.by)).join(', ') || 'nobody';
  const backup = run.backup === null ? 'no backup' : `backup ${code(run.backup.id)}`;
  return `Approved by ${approvers} · ${backup} · digest ${code(shortDigest(run.digest))}`;
}
