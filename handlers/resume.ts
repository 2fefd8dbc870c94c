import { givesCommand } from './give-command.ts';

/** **Resume**: a held run goes on where it stopped. */
export const resume = givesCommand(() => ({ type: 'resume' }));
