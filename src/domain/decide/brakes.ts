import { begunBackfill, type Speed } from '../backfill.ts';
import type { Context } from '../commands.ts';
import type { Run } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

/**
 * Holds at the next safe point, in every state in which something goes forward: behind the step that runs where one writes or prepares, at
 * once in a validation and an observation, which write nothing (R9). A backfill is paused sooner.
 */
export function stopAfterStep(run: Run, context: Context): Decision {
  if (run.state === 'validating' || run.state === 'observing')
    return happened({ type: 'held', reason: 'stopped', detail: `@${context.actor.name} asked to hold.` });
  if (run.state !== 'preparing' && run.state !== 'migrating') return wrongState(run, 'stop');
  if (run.stopRequested !== null)
    return refuse({ code: 'already_so', detail: `@${run.stopRequested.name} has asked for that already; it stops after this step.` });
  return happened({ type: 'stop_requested' });
}

/** Holds a backfill at the key it has reached. Refuses where none runs: another statement has no place to pause at. */
export function pause(run: Run, context: Context): Decision {
  if (run.state !== 'migrating') return wrongState(run, 'pause');
  if (begunBackfill(run) === null) return refuse({ code: 'no_backfill' });
  const detail = `@${context.actor.name} paused the backfill. What is filled is kept, and it goes on behind that key.`;
  return happened({ type: 'held', reason: 'paused', detail });
}

/** Also while it holds: whoever paused a backfill because it was too fast resumes it slower. */
export function setSpeed(run: Run, percent: Speed): Decision {
  if (run.state !== 'migrating' && run.state !== 'holding') return wrongState(run, 'slow down or speed up');
  if (begunBackfill(run) === null) return refuse({ code: 'no_backfill' });
  if (run.speed === percent) return refuse({ code: 'already_so', detail: `The backfill goes at ${percent} % already.` });
  return happened({ type: 'speed_set', percent });
}
