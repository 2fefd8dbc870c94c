import { givesCommand } from './give-command.ts';

/** **I'm watching**: the watcher's sign of life. */
export const confirmPresence = givesCommand(() => ({ type: 'confirm_presence' }));
