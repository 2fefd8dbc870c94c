import { triggerNamed } from '../src/domain/auto-rollback.ts';
import { givesCommand } from './give-command.ts';

/** **Acknowledge** on an alert, or on a statement that failed: whoever presses takes it upon themself. */
export const acknowledgeAlert = givesCommand(({ item }) => ({ type: 'acknowledge_alert', alert: triggerNamed(item) ?? 'failure' }));
