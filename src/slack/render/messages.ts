import { A_PERSON } from '../../domain/items.ts';
import { METRICS, type Metric } from '../../domain/monitor.ts';
import type { Person } from '../../domain/people.ts';
import { OPEN, type Run } from '../../domain/run.ts';
import { alertMessage } from './alert.ts';
import { handOverNotice, pageMessage, presenceMessage } from './attention.ts';
import { alertPicture, type AlertPicture } from './alert-chart.ts';
import { approval, hasApproval } from './approval.ts';
import type { Message } from './block-kit.ts';
import { checklist } from './checklist.ts';
import { dryRun } from './dry-run.ts';
import { approvalsGiven } from './gate-lines.ts';
import { holdNotice, lostNotices, recoveryNotice, rollbackFailedNotice, startedNotice } from './notices.ts';
import { fitOf } from './moment.ts';
import { planCard } from './plan-card.ts';
import { problemMessage, resolvedMessage } from './problem.ts';
import { details, hasReport, report } from './report.ts';
import { restoreMessage } from './restore.ts';
import type { RunView } from '../../usecases/status.ts';

/** One message of a run as it should stand in Slack now. */
export type RenderedMessage = Message & {
  /** The same message for its whole life: `card`, `checklist`, `approval`, `started`, `dry_run`, `hold:<since>`, `alert:<metric>`, `lost:<source>:<since>`, `presence:<asked>`, `watcher:<since>`, `page:<key>`, `rollback_failed:<at>`, `recovery`, `problem:<at>`, `restore:<at>`, `report`, `details`, `resolved:<at>`. */
  readonly key: string;
  /** False only for the root. */
  readonly thread: boolean;
  /** A reply that the channel sees too, once, when it is posted (R1). */
  readonly broadcast: boolean;
  /** A new stage of it goes before everything else when Slack makes us wait: alerts, holds, results. */
  readonly urgent: boolean;
  /** A change of this is shown at once; any other change may wait for `everyMs` (R3). */
  readonly stage: string;
  readonly everyMs: number;
  /** The chart that belongs to it, once it stands. */
  readonly picture?: AlertPicture & { readonly metric: Metric };
};

/** Edits of a live card, and of one that only ticks. */
const LIVE_MS = 3_000;
const CALM_MS = 30_000;

/** States in which the card ticks and nothing else; in all others it shows something a person waits for. */
const CALM_STATES: readonly Run['state'][] = ['planned', 'holding', 'observing'];

/** Every message a run has, root first. Pure: the same view gives the same messages, so posting is only a comparison. */
export function messagesOf(view: RunView, people: readonly Person[]): readonly RenderedMessage[] {
  const { run } = view;
  const calm = { thread: true, broadcast: false, urgent: false, everyMs: CALM_MS };
  const loud = { thread: true, broadcast: true, urgent: true, everyMs: LIVE_MS };
  const messages: RenderedMessage[] = [
    {
      ...planCard(view, people),
      key: 'card',
      thread: false,
      broadcast: false,
      urgent: run.end !== null,
      everyMs: CALM_STATES.includes(run.state) ? CALM_MS : LIVE_MS,
      stage: stageOf(view, people),
    },
  ];
  if (run.checklist !== null)
    messages.push({ ...checklist(view, people), ...calm, everyMs: LIVE_MS, key: 'checklist', stage: handsOn(run) });
  if (hasApproval(run))
    messages.push({ ...approval(view, people), ...calm, key: 'approval', stage: `${stageOf(view, people)} ${run.digest}` });
  const started = startedNotice(run);
  if (started !== null) messages.push({ ...started, ...loud, urgent: false, key: 'started', stage: '' });
  if (run.dryRunAt !== null) messages.push({ ...dryRun(view), ...calm, key: 'dry_run', stage: '' });
  const hold = holdNotice(run);
  if (hold !== null) messages.push({ ...hold, ...loud, broadcast: false, key: `hold:${run.holding?.since}`, stage: '' });
  for (const metric of METRICS) {
    const alert = run.alerts[metric];
    if (alert === undefined) continue;
    // The channel hears of each rule once; of one that is over before it can be posted, the thread alone.
    const owner = `${alert.acknowledged?.at} ${run.respite?.until} ${run.armed?.firesAt} ${run.asks}`;
    const stage = `${alert.raisedAt} ${alert.level} ${alert.clearedAt} ${run.state} ${owner}`;
    const picture = { ...alertPicture(run, alert), metric };
    messages.push({ ...alertMessage(view, alert), ...loud, broadcast: alert.clearedAt === null, key: `alert:${metric}`, stage, picture });
  }
  for (const { key, message } of lostNotices(run)) messages.push({ ...message, ...loud, broadcast: false, key, stage: '' });
  messages.push(...attention(view, people).map((message) => ({ ...loud, ...message })));
  const failed = rollbackFailedNotice(run);
  if (failed !== null) messages.push({ ...failed, ...loud, key: `rollback_failed:${run.end?.at}`, stage: '' });
  const problem = problemMessage(view);
  if (problem !== null)
    messages.push({
      ...problem,
      ...loud,
      key: `problem:${run.problemReport?.at}`,
      stage: `${run.state} ${run.problemReport?.failures === null}`,
    });
  for (const restore of [run.undoneRestore, run.restore]) {
    if (restore == null) continue;
    const stage = JSON.stringify([restore.approvedBy?.id, restore.sent, run.state === 'restored', restore === run.undoneRestore]);
    messages.push({ ...restoreMessage(run, restore), ...loud, key: `restore:${restore.at}`, stage });
  }
  if (hasReport(run)) {
    messages.push({ ...report(run), ...loud, key: 'report', stage: run.end?.at ?? '' });
    messages.push({ ...details(run), ...calm, key: 'details', stage: run.end?.at ?? '' });
  }
  const recovery = recoveryNotice(run);
  if (recovery !== null) messages.push({ ...recovery, ...loud, key: 'recovery', stage: '' });
  const resolved = resolvedMessage(run, people);
  if (resolved !== null) messages.push({ ...resolved, ...loud, key: `resolved:${run.end?.at}`, stage: `${run.lessons?.at}` });
  return messages;
}

type Attention = Message & Pick<RenderedMessage, 'key' | 'stage' | 'broadcast'>;

/** Who has to be there: the question to the watcher, a hand-over, and each call for the on-call. */
function attention(view: RunView, people: readonly Person[]): readonly Attention[] {
  const { run } = view;
  const asked = presenceMessage(run);
  const handed = handOverNotice(run);
  return [
    ...(asked === null
      ? []
      : [{ ...asked, key: `presence:${run.presenceAsked}`, stage: `${run.watcher?.seenAt} ${run.state}`, broadcast: false }]),
    ...(handed === null ? [] : [{ ...handed, key: `watcher:${run.watcher?.since}`, stage: '', broadcast: false }]),
    ...run.pages.map((page) => ({
      ...pageMessage(view, page, people),
      key: `page:${page.key}`,
      stage: `${page.at} ${page.closedAt} ${run.state}`,
      broadcast: false,
    })),
  ];
}

/** What a person who just clicked looks for on the card. */
function stageOf({ run, now }: RunView, people: readonly Person[]): string {
  const alerts = METRICS.filter((metric) => run.alerts[metric] !== undefined && run.alerts[metric].clearedAt === null);
  return JSON.stringify([
    run.state,
    run.holding?.since,
    run.scheduledFor,
    run.armed?.firesAt,
    run.respite?.until,
    run.stopRequested?.id,
    run.watcher?.seenAt,
    run.changes,
    run.problem,
    run.approvals.length,
    approvalsGiven({ run, now }, people),
    run.rehearsal === null,
    run.rollback?.undone.length,
    run.restore?.stage,
    run.restore?.sent,
    run.lessons?.at,
    alerts,
    handsOn(run),
    OPEN.includes(run.state) && fitOf({ run, now }),
  ]);
}

/** What people put into the checklist; what machines read may wait a moment. */
function handsOn(run: Run): string {
  const confirmed = Object.values(run.evidence)
    .filter((entry) => entry.source === A_PERSON)
    .map((entry) => `${entry.item} ${entry.at}`);
  const words = [...Object.values(run.acknowledged).flat(), ...Object.values(run.waivers)].map(({ by, at }) => `${by.id} ${at}`);
  // Somebody pressed a button for it and waits.
  const tried = run.evidence.staging === undefined ? [] : [`${run.evidence.staging.verdict} ${run.evidence.staging.source}`];
  return [...confirmed, ...words, ...tried].join(' ');
}
