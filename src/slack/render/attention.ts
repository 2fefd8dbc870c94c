import { onCallOf } from '../../domain/checklist.ts';
import type { Page } from '../../domain/page.ts';
import type { Person } from '../../domain/people.ts';
import { silentFrom } from '../../domain/presence.ts';
import { WORKING, type Run } from '../../domain/run.ts';
import { actions, button, section, type Message } from './block-kit.ts';
import { rollBackButton, type Priced } from './buttons.ts';
import { runName } from './state-words.ts';
import { atWhom, mention, phrase, stopped, timeOf, who } from './text.ts';

/** The question to the watcher (R8); edited when it is answered. Null before the first one. */
export function presenceMessage(run: Run): Message | null {
  const { watcher, presenceAsked } = run;
  if (watcher === null || presenceAsked === null) return null;
  if (watcher.seenAt > presenceAsked) {
    const text = `@${phrase(watcher.actor.name, 60)} is watching run ${runName(run)}. Nothing to do.`;
    return { text, blocks: [section(`👁️ ${who(watcher.actor)} is watching, said at ${timeOf(watcher.seenAt)}.`)] };
  }
  if (!WORKING.includes(run.state)) {
    const text = `Nobody needs to watch run ${runName(run)} any more. Nothing to do.`;
    return { text, blocks: [section('👁️ Nobody needs to watch any more.')] };
  }
  const from = silentFrom(run);
  const until = from === null ? '' : ` Without a word until ${timeOf(from)} nothing more is begun, and the on-call is called.`;
  return {
    text: `@${phrase(watcher.actor.name, 60)}, are you watching run ${runName(run)}? Next: press I'm watching.`,
    blocks: [
      section(
        `👁️ ${mention(watcher.actor)} *Are you watching* ${runName(run)}? You last said so at ${timeOf(watcher.seenAt)}.${until}\nWhoever else presses it takes the watch over.`,
      ),
      ...actions([button(run, 'confirm_presence', { style: 'primary' })]),
    ],
  };
}

/** Said once when another person watches from now on, so that the one before knows that they may go. */
export function handOverNotice(run: Run): Message | null {
  const { watcher } = run;
  if (watcher?.from === undefined || watcher.since === undefined) return null;
  const text = `@${phrase(watcher.actor.name, 60)} watches run ${runName(run)} from now on. Nothing to do.`;
  const words = `👁️ ${who(watcher.actor)} watches since ${timeOf(watcher.since)}; ${mention(watcher.from)} need not any more.`;
  return { text, blocks: [section(words)] };
}

/** A call for the on-call: that it was made, or that nobody could be reached; edited when its reason is over. */
export function pageMessage(priced: Priced, page: Page, people: readonly Person[]): Message {
  const { run } = priced;
  const summary = stopped(phrase(page.summary, 500));
  if (page.closedAt !== null) {
    const untold = page.closing == null ? '' : ` ${phrase(page.through, 80)} could not be told: close the incident there by hand.`;
    return {
      text: `Over on run ${runName(run)}: ${summary} Nothing to do.`,
      blocks: [section(`✅ *Over* at ${timeOf(page.closedAt)} · ${summary}${untold}`)],
    };
  }
  const called = atWhom(onCallOf(run, people), 'the on-call');
  const how =
    page.failure === null
      ? `Called at ${timeOf(page.at)} through ${phrase(page.through, 80)}.`
      : `*Nobody could be called* through ${phrase(page.through, 80)}, ${page.attempts === 1 ? 'one try' : `${page.attempts} tries`}: ${phrase(page.failure, 300)} Ring them yourself.`;
  const working = WORKING.includes(run.state);
  const next = working ? "Next: look, then press I'm watching, or Roll back now." : 'Next: look at the card.';
  return {
    text: `${page.failure === null ? 'The on-call was called' : 'The on-call could not be called'} for run ${runName(run)}: ${summary} ${next}`,
    blocks: [
      section(`📟 ${called} *You are needed* · ${runName(run)}\n${summary}\n${how} ${next}`),
      ...(working ? actions([rollBackButton(priced), button(run, 'confirm_presence')]) : []),
    ],
  };
}
