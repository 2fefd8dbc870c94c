import { givesCommand } from './give-command.ts';

/** **It was not done**: somebody looked, and the provider did not take the database back. */
export const giveUpRestore = givesCommand(() => ({ type: 'give_up_restore' }));
