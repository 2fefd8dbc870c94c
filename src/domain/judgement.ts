import { between, type Instant } from './instant.ts';
import { clearLimit, type AlertRules, type Ladder, type Rung } from './ladder.ts';
import { graver, type Alert, type Sample } from './monitor.ts';

/** How many of how many samples must breach (M19): a single spike is not an alert. */
export const BREACHES = 3;
export const OUT_OF = 5;

/** What the newest samples of one metric make of its alert. */
export type Judgement =
  | { readonly kind: 'same' }
  | { readonly kind: 'raise' | 'escalate' | 'ease'; readonly rung: Rung }
  | { readonly kind: 'clear' };

export type Question = {
  /** Of one metric, oldest first; a reading that was asked for twice is in it once. */
  readonly samples: readonly Sample[];
  readonly ladder: Ladder;
  /** The one that stands; null when none does. */
  readonly alert: Pick<Alert, 'level' | 'raisedAt'> | null;
  readonly now: Instant;
  readonly rules: Pick<AlertRules, 'clearShare' | 'keepFiringMs'>;
};

/** Whether three of the newest five samples are known and above the limit. What could not be read is none of the three (invariant 10). */
export function isConfirmed(samples: readonly Sample[], limit: number): boolean {
  return samples.slice(-OUT_OF).filter(({ value }) => value !== null && value > limit).length >= BREACHES;
}

/** Whether all of the newest five are known and clear. */
function isClear(samples: readonly Sample[], limit: number): boolean {
  const last = samples.slice(-OUT_OF);
  return last.length === OUT_OF && last.every(({ value }) => value !== null && value <= limit);
}

/**
 * Judges the newest five samples of a metric. Three above the limit of a level raise its alert or take it there. It eases or clears only
 * when it has stood for a while and five known ones in a row are below the clear limit of its level. Anything else, and every gap, leaves
 * things as they are: unknown never raises, never eases, never clears.
 */
export function judgeAlert({ samples, ladder, alert, now, rules }: Question): Judgement {
  const reached = ladder.rungs.findLast(({ limit }) => isConfirmed(samples, limit));
  if (alert === null) return reached === undefined ? SAME : { kind: 'raise', rung: reached };
  if (reached !== undefined && graver(reached.level, alert.level)) return { kind: 'escalate', rung: reached };
  if (between(alert.raisedAt, now) < rules.keepFiringMs) return SAME;
  const open = ladder.rungs.findLast((rung) => !isClear(samples, clearLimit(rung, ladder.baseline, rules.clearShare)));
  if (open === undefined) return { kind: 'clear' };
  return graver(alert.level, open.level) ? { kind: 'ease', rung: open } : SAME;
}

const SAME: Judgement = { kind: 'same' };

/** When the breach began: the first sample above the limit among the newest five. */
export function breachSince(samples: readonly Sample[], limit: number): Instant | null {
  return samples.slice(-OUT_OF).find(({ value }) => value !== null && value > limit)?.at ?? null;
}
