import type { Button } from '@slack/types';
import type { Instant } from '../../domain/instant.ts';
import { priceKind, priceWords } from '../../domain/price.ts';
import { rollbackProved, predictedRollbackMs } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import { touched, type Run } from '../../domain/run.ts';
import type { Person } from '../../domain/people.ts';
import { button, confirmation } from './block-kit.ts';
import { cut } from './limits.ts';
import { fitOf } from './moment.ts';
import { wouldRunOut } from './runs-out.ts';
import { atMost, inZone, utc } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** **Schedule…**: the dialog names the moment, and the button carries it, so that what was read is what is scheduled. */
export function scheduleButton(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[] = []): Button {
  const fit = fitOf(view);
  if (!fit.now && fit.next !== null) return scheduleAt(view.run, fit.next, wouldRunOut(view.run, fit.next, { now: view.now, people }));
  const text = fit.now
    ? 'It fits right now, so there is nothing to wait for: use Start now. For a later moment: /migrate schedule 22:30'
    : 'No moment of the next eight days fits. Pressing Schedule says why.';
  const confirm = confirmation({ title: `Schedule run #${view.run.number}?`, text, confirm: 'Schedule', deny: 'Back' });
  return button(view.run, 'schedule', { confirm });
}

/** Schedules exactly this moment; `warning` is what will be missing then. */
export function scheduleAt(run: Run, t0: Instant, warning = ''): Button {
  const lead = inWords(run.plan.timing.prepareLeadMs);
  const confirm = confirmation({
    title: `Schedule run #${run.number}?`,
    text: `First write at ${inZone(t0, run.plan.window.zone)} (${utc(t0)}). Preparation opens ${lead} before. You are the watcher.${warning}`,
    confirm: 'Schedule',
    deny: 'Back',
  });
  return button(run, 'schedule', { extra: t0, confirm });
}

export function cancelButton(run: Run): Button {
  const confirm = confirmation({
    title: `Cancel run #${run.number}?`,
    text: `Nothing was changed on ${run.target}. Checklist and approvals of this run are over; a new plan starts afresh.`,
    confirm: 'Cancel the run',
    deny: 'Keep it',
    danger: true,
  });
  return button(run, 'cancel', { confirm });
}

/** For a failed rollback that nobody will try again: the database stays as it is, and the target is free for a new plan. */
export function closeButton(run: Run): Button {
  const confirm = confirmation({
    title: `Close run #${run.number} by hand?`,
    text: `${cut(leftOver(run), 100)} will be left as it is on ${run.target}: Offpeak undoes nothing more. Only when somebody has looked at the database and dealt with it. A new plan is possible afterwards.`,
    confirm: 'Close the run',
    deny: 'Keep it open',
    danger: true,
  });
  return button(run, 'close_failed', { confirm });
}

function leftOver({ end }: Run): string {
  return end === null || end.remaining.length === 0 ? 'what is still applied' : `what is still applied (${end.remaining.join(', ')})`;
}

/** Whether an alert is raised and not cleared. */
function alerting(run: Run): boolean {
  return Object.values(run.alerts).some((alert) => alert.clearedAt === null);
}

/** A run and what rolling it back would cost now: null or absent when that is not known. */
export type Priced = Pick<RunView, 'run' | 'price'>;

/** Behind the label, so that nobody has to open the dialog to know: nothing while it is not known. */
const PRICE_HINTS = { lossless: 'lossless', lossy: 'lossy', irreversible: 'not all of it' } as const;

/**
 * **Roll back now**: one click while an alert burns, the rehearsal proved the way back and nothing is lost by it; otherwise a dialog that
 * says what it does and what it costs (R4). A price that is not known is no lossless one.
 */
export function rollBackButton({ run, price = null }: Priced): Button {
  const proved = run.rehearsal !== null && rollbackProved(run.rehearsal);
  const kind = price === null ? null : priceKind(price);
  const hint = kind === null || !touched(run) ? '' : PRICE_HINTS[kind];
  if (alerting(run) && proved && kind === 'lossless') return button(run, 'roll_back', { style: 'danger', hint });
  const confirm = confirmation({
    title: `Roll back run #${run.number} on ${run.target}?`,
    text: rollBackText({ run, price }, proved),
    confirm: 'Roll back now',
    deny: 'Go on',
    danger: true,
  });
  return button(run, 'roll_back', { style: 'danger', hint, confirm });
}

function rollBackText({ run, price = null }: Priced, proved: boolean): string {
  if (run.state === 'rollback_failed') {
    return `Tries once more to undo ${cut(leftOver(run), 100)} on ${run.target}, and compares the schema afterwards. Mend first what stopped it.`;
  }
  if (!touched(run)) return `Nothing was changed on ${run.target} yet, so this stops the run and checks that the schema is the old one.`;
  const way = proved ? 'proved by the rehearsal' : 'NOT proved by a rehearsal';
  const time = run.rehearsal === null ? '' : `, predicted ${atMost(predictedRollbackMs(run.rehearsal))}`;
  const cost = price === null ? 'What is lost by it is not known.' : `Price now: ${priceWords(price)}.`;
  return `Cancels the running statement, then the down scripts undo what was applied on ${run.target} (${way}${time}). ${cost} The schema is compared afterwards.`;
}
