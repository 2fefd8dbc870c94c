import { between } from '../../domain/instant.ts';
import type { Alert } from '../../domain/monitor.ts';
import { inWords } from '../../domain/refusal.ts';
import { WORKING, type Run } from '../../domain/run.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { rollBackButton, type Priced } from './buttons.ts';
import { METRIC_TITLES, metricValue } from './metrics.ts';
import { runName } from './state-words.ts';
import { phrase, timeOf, when, who } from './text.ts';

/** One breached metric in the thread. Edited, never repeated: raised, then cleared without buttons (R3). */
export function alertMessage(priced: Priced, alert: Alert): Message {
  const { run } = priced;
  const title = METRIC_TITLES[alert.metric];
  const value = metricValue(alert.metric, alert.value);
  const limit = metricValue(alert.metric, alert.limit);
  const before = alert.baseline === null ? '' : `, before ${metricValue(alert.metric, alert.baseline)}`;
  const facts = `${title} ${value} (limit ${limit}${before})`;
  if (alert.clearedAt !== null) {
    const lasted = inWords(between(alert.since, alert.clearedAt));
    return {
      text: `Cleared on run ${runName(run)}: ${facts}, it lasted ${lasted}. Nothing to do.`,
      blocks: [section(`✅ *Cleared* after ${lasted}, at ${timeOf(alert.clearedAt)} · ${facts}`)],
    };
  }
  const detail = alert.detail === '' ? '' : ` Measured by ${phrase(alert.detail, 200)}.`;
  if (run.end !== null) {
    const text = `Over with run ${runName(run)}: ${facts}. ${afterwards(run)}`;
    return { text, blocks: [section(`🔕 *Over with the run* · ${facts}`), context(`${afterwards(run)}${detail}`)] };
  }
  const head = `🚨 *${title} ${value}* · limit ${limit}${before} · since ${timeOf(alert.since)}\n${runName(run)}`;
  const text = `Alert on run ${runName(run)}: ${facts}. Next: press Roll back now, or I'm watching.`;
  if (!WORKING.includes(run.state)) return { text, blocks: [section(head), context(`${afterwards(run)}${detail}`)] };
  return {
    text,
    blocks: [
      section(head),
      context(`You decide: Offpeak never rolls back by itself, and does not finish while an alert stands.${detail}`),
      ...actions([rollBackButton(priced), button(run, 'confirm_presence')]),
    ],
  };
}

function afterwards(run: Run): string {
  if (run.rollback !== null) return `${who(run.rollback.by)} pressed Roll back ${when(run.rollback.at)}.`;
  return 'The run is over.';
}
