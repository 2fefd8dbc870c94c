import { givesCommand } from './give-command.ts';

/** **Schedule…**: for the moment that the dialog named; without one, the next that fits. */
export const schedule = givesCommand(({ reference }) => ({ type: 'schedule', t0: reference.extra === '' ? null : reference.extra }));
