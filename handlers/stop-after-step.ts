import { givesCommand } from './give-command.ts';

/** **Stop after this step**: nothing new begins; what runs is finished. */
export const stopAfterStep = givesCommand(() => ({ type: 'stop_after_step' }));
