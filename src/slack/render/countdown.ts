import type { Frozen } from '../../domain/freeze.ts';
import { between, type Instant } from '../../domain/instant.ts';
import type { Run } from '../../domain/run.ts';
import { countdown } from '../../domain/schedule.ts';
import { freezesAhead, type Window } from '../../domain/window.ts';
import { phrase, timeOf, when } from './text.ts';

/** How far ahead a freeze is worth a line beside a plan. */
const SOON_DAYS = 14;
/** Freezes that are shown; a calendar may have many. */
const SHOWN = 3;

/** T-15, T-5, T0, T+15 with their times of day, what is past, and what comes next; empty for a run that keeps no schedule (R37). */
export function countdownLine(run: Run, now: Instant): string {
  const moments = countdown(run, now).map(({ name, at, is, what }) => {
    if (is === 'past') return `${name} ${timeOf(at)} past`;
    return is === 'next' ? `next *${name} ${timeOf(at)}* ${what}` : `${name} ${timeOf(at)} ${what}`;
  });
  return moments.length === 0 ? '' : `*Countdown* ${moments.join(' · ')}`;
}

/** The freezes of now and of the days ahead, one a line. */
export function freezeLines(window: Window, now: Instant, days: number = SOON_DAYS): readonly string[] {
  return freezesAhead(window, now, days)
    .slice(0, SHOWN)
    .map((frozen) => `❄️ *Freeze* ${freezeWords(frozen, now)}`);
}

/** `Christmas: from … to …`, `Christmas: now, until …`. */
export function freezeWords({ reason, from, to }: Frozen, now: Instant): string {
  const begun = between(from, now) >= 0;
  return `${phrase(reason, 80)}: ${begun ? `now, until ${when(to)}` : `from ${when(from)} to ${when(to)}`}`;
}
