import { givesCommand } from './give-command.ts';

/** **Run drill now**: takes and restores a backup at once, after an attempt that failed. */
export const runDrill = givesCommand(() => ({ type: 'run_drill' }));
