import { stopHold } from '../../domain/gates.ts';
import { lateHold } from '../../domain/schedule.ts';
import type { Step } from './index.ts';

/** T-5 found the run unprepared, or nobody came to its first write in time: it asks instead of catching up (R37, F40). So does a wish to stop. */
export const holdLate: Step = async ({ task, run }) => {
  const hold = lateHold(run, await task.services.ledger.now()) ?? stopHold(run);
  return hold === null ? true : (await task.report({ type: 'hold', ...hold })).ok;
};
