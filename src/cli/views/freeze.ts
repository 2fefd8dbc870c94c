import type { Instant } from '../../domain/instant.ts';
import { freezesAhead, type Window } from '../../domain/window.ts';
import { freezeWords } from '../../slack/render/countdown.ts';
import { plain } from '../plain.ts';

/** How far ahead a freeze is looked for: doctor and status show the one that somebody should plan around. */
const DAYS = 60;
const SHOWN = 3;

/** The freezes of now and of the days ahead, each as a row. */
export function freezeRows(window: Window | undefined, now: Instant): readonly (readonly [name: string, text: string])[] {
  if (window === undefined) return [];
  const ahead = freezesAhead(window, now, DAYS).slice(0, SHOWN);
  return ahead.map((frozen) => ['Freeze', plain(freezeWords(frozen, now), window.zone)] as const);
}
