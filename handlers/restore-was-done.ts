import { givesCommand } from './give-command.ts';

/** **It was done**: somebody looked, and the provider did take the database back, although that was not recognised. */
export const restoreWasDone = givesCommand(() => ({ type: 'give_up_restore', wentBack: true }));
