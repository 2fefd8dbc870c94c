import { givesCommand } from './give-command.ts';

/** **Roll back now**: one click, one effect; asks Slack nothing first. */
export const rollBack = givesCommand(() => ({ type: 'roll_back' }));
