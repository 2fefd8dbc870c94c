import type { Trigger } from '../src/domain/auto-rollback.ts';
import { METRICS } from '../src/domain/monitor.ts';
import { givesCommand } from './give-command.ts';

/** **Acknowledge** on an alert, or on a statement that failed: whoever presses takes it upon themself. */
export const acknowledgeAlert = givesCommand(({ item }) => ({ type: 'acknowledge_alert', alert: alertNamed(item) ?? 'failure' }));

/** The alert of this name; null when there is none. */
export function alertNamed(name: string): Trigger | null {
  if (name === 'failure') return 'failure';
  return METRICS.find((metric) => metric === name) ?? null;
}
