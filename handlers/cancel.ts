import { givesCommand } from './give-command.ts';

/** **Cancel**: gives up a run that has changed nothing. */
export const cancel = givesCommand(() => ({ type: 'cancel' }));
