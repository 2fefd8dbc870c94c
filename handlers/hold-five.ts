import { givesCommand } from './give-command.ts';

/** **Hold 5 min**: time to look; nothing goes forward, and nothing is rolled back by itself. */
export const holdFive = givesCommand(() => ({ type: 'hold_five' }));
