import { givesCommand } from './give-command.ts';

/** **Close by hand**: after a failed rollback, says that somebody has dealt with what is left. */
export const closeFailed = givesCommand(() => ({ type: 'cancel' }));
