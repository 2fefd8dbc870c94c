import { givesCommand } from './give-command.ts';

/** **Pause**: the backfill holds at the key it has reached. */
export const pause = givesCommand(() => ({ type: 'pause' }));
