import type { Button } from '@slack/types';
import { between, type Instant } from '../../domain/instant.ts';
import { alertRulesOf } from '../../domain/ladder.ts';
import type { Alert } from '../../domain/monitor.ts';
import { inWords } from '../../domain/refusal.ts';
import { WORKING, type Run } from '../../domain/run.ts';
import { LEVEL_WORDS, whoRollsBack } from './alert-words.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { rollBackButton, type Priced } from './buttons.ts';
import { newIssueBlocks, newIssueWords } from './new-issues.ts';
import { METRIC_TITLES, metricValue } from './metrics.ts';
import { runName } from './state-words.ts';
import { atSecond, phrase, timeOf, when, who } from './text.ts';

const LEVEL_SIGNS = { watch: '⚠️', consider: '🚨', roll_back: '🚨' } as const;

/** One breached metric in the thread. Edited, never repeated: raised, graver, milder, then cleared without buttons (R3). */
export function alertMessage(priced: Priced, alert: Alert): Message {
  const { run } = priced;
  const facts = factsOf(alert);
  if (alert.clearedAt !== null) return cleared(run, alert);
  const detail = alert.detail === '' ? '' : ` Measured by ${phrase(alert.detail, 200)}.`;
  if (run.end !== null) {
    const text = `Over with run ${runName(run)}: ${facts}. ${afterwards(run)}`;
    return { text, blocks: [section(`🔕 *Over with the run* · ${facts}`), context(`${afterwards(run)}${detail}`)] };
  }
  const title = `${METRIC_TITLES[alert.metric]} ${metricValue(alert.metric, alert.value)}`;
  const asks = LEVEL_WORDS[alert.level];
  const head = `${LEVEL_SIGNS[alert.level]} *${title}* · limit ${limitText(alert)} · since ${timeOf(alert.since)}\n*${asks}* · ${runName(run)}`;
  if (!WORKING.includes(run.state)) {
    return { text: `Alert on run ${runName(run)}: ${facts}.`, blocks: [section(head), context(`${afterwards(run)}${detail}`)] };
  }
  // An error rate says how many fail; what is new says with what (R51).
  const tellsNew = alert.metric === 'error_rate';
  return {
    text: `Alert on run ${runName(run)}: ${facts}. ${asks}. ${tellsNew ? newIssueWords(run) : ''}${intention(run, alert, plainly)}`,
    blocks: [
      section(head),
      ...(tellsNew ? newIssueBlocks(run) : []),
      context(`${intention(run, alert, atSecond)}${taken(alert)}${respite(run)}${detail}`),
      ...actions(alertButtons(priced, alert)),
    ],
  };
}

function factsOf(alert: Alert): string {
  return `${METRIC_TITLES[alert.metric]} ${metricValue(alert.metric, alert.value)} (limit ${limitText(alert, ',')})`;
}

function limitText({ metric, limit, baseline }: Alert, comma = ' ·'): string {
  const before = baseline === null ? '' : `${comma} before ${metricValue(metric, baseline)}`;
  return `${metricValue(metric, limit)}${before}`;
}

function cleared(run: Run, alert: Alert & { readonly clearedAt: Instant | null }): Message {
  const at = alert.clearedAt ?? alert.since;
  const lasted = inWords(between(alert.since, at));
  return {
    text: `Cleared on run ${runName(run)}: ${factsOf(alert)}, it lasted ${lasted}. Nothing to do.`,
    blocks: [section(`✅ *Cleared* after ${lasted}, at ${timeOf(at)} · ${factsOf(alert)}`)],
  };
}

/** What Offpeak does about it and when, so that nobody has to guess whether to press (R73). */
function intention(run: Run, alert: Alert, at: (instant: Instant) => string): string {
  const armed = run.armed?.trigger === alert.metric ? run.armed : null;
  if (armed !== null) return `Offpeak rolls back by itself at ${at(armed.firesAt)}, unless you press Hold 5 min or Acknowledge.`;
  const { autoRollbackMs } = alertRulesOf(run.plan);
  if (autoRollbackMs === null || alert.level !== 'roll_back')
    return 'You decide: Offpeak does not roll back for this by itself, and does not finish while an alert stands.';
  if (run.asks === 'lossy') return 'You decide: rolling back would lose something, so Offpeak does not do it by itself.';
  if (run.asks === 'price_unknown')
    return 'You decide: what rolling back would lose could not be counted, so Offpeak does not do it by itself.';
  if (alert.acknowledged !== null) return 'You decide: Offpeak does not roll back by itself any more.';
  if (run.armed !== null) return `Offpeak rolls back by itself at ${at(run.armed.firesAt)} for another alert.`;
  return 'Offpeak counts down to a rollback as soon as the readings confirm it again. Until then you decide.';
}

function taken({ acknowledged }: Alert): string {
  return acknowledged === null ? '' : ` ${who(acknowledged.by)} acknowledged it at ${timeOf(acknowledged.at)}.`;
}

/** `19:04:10 UTC`: which day it is, people know. */
function plainly(instant: Instant): string {
  return `${instant.slice(11, 19)} UTC`;
}

function respite({ respite: given }: Run): string {
  return given === null ? '' : ` ${who(given.by)} pressed Hold 5 min: nothing goes forward before ${atSecond(given.until)}.`;
}

/** Who acknowledged is not asked again. */
function alertButtons(priced: Priced, alert: Alert): readonly Button[] {
  const { run } = priced;
  const acknowledge = alert.acknowledged === null ? [button(run, 'acknowledge_alert', { item: alert.metric })] : [];
  return [rollBackButton(priced), button(run, 'hold_five'), ...acknowledge];
}

function afterwards(run: Run): string {
  if (run.rollback !== null) return `${whoRollsBack(run.rollback.by)} ${when(run.rollback.at)}.`;
  return 'The run is over.';
}
