import { WORKING, type Run } from '../run.ts';
import { isStaging } from '../staging.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

/** A click, a verb or the policy: the first one rolls back, every other one hears who was first (invariant 7). */
export function rollBack(run: Run): Decision {
  if (run.state === 'stopping' || run.state === 'rolling_back' || run.state === 'rolled_back') {
    const first = run.rollback;
    return first === null ? wrongState(run, 'roll back') : refuse({ code: 'already_rolling_back', by: `@${first.by.name}`, at: first.at });
  }
  // The twin is given back to the next try whenever somebody wants it.
  const triedOut = isStaging(run) && run.state === 'completed';
  if (!WORKING.includes(run.state) && run.state !== 'rollback_failed' && !triedOut) return wrongState(run, 'roll back');
  return happened({ type: 'rollback_requested' });
}
