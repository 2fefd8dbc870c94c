import type { Speed } from '../src/domain/backfill.ts';
import { givesCommand } from './give-command.ts';

/** **Speed 50 %** and its like in the ⋯ menu: how fast the backfill may go from its next batch on. */
export const speed = (percent: Speed) => givesCommand(() => ({ type: 'set_speed', percent }));
