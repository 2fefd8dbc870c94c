import type { DisarmReason, Trigger } from '../../domain/auto-rollback.ts';
import type { Level } from '../../domain/monitor.ts';
import { OFFPEAK, type Actor } from '../../domain/people.ts';
import { METRIC_TITLES } from './metrics.ts';
import { who } from './text.ts';

/** What a level asks of a person, as an alert begins. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  watch: 'Look closer',
  consider: 'Consider rolling back',
  roll_back: 'The runbook says: roll back',
};

/** Why Offpeak does not roll back by itself. */
export const DISARM_WORDS: Readonly<Record<DisarmReason, string>> = {
  cleared: 'the alert is over',
  unknown: 'the signal cannot be read any more',
  unconfirmed: 'the signal is not over its limit any more',
  acknowledged: 'somebody took the alert upon themself',
  resumed: 'somebody let the run go on',
  lossy: 'it would lose something, so a person decides',
  price_unknown: 'what it would lose cannot be counted now, so a person decides',
};

/** `@ana pressed Roll back`, or Offpeak by itself. */
export function whoRollsBack(by: Actor): string {
  return by.id === OFFPEAK.id ? 'Offpeak began the rollback by its policy' : `${who(by)} pressed Roll back`;
}

/** What a rollback by policy rests on. */
export function triggerTitle(trigger: Trigger): string {
  return trigger === 'failure' ? 'a statement failed' : METRIC_TITLES[trigger];
}
