import { lineOf, lineState } from '../checklist.ts';
import type { Instant } from '../instant.ts';
import { restored } from '../proof.ts';
import type { Run } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

/**
 * Whether **Run drill now** is worth offering: no backup was restored this quarter, and the proof of this run, which is such a drill, was tried and
 * failed. While it has not been tried it runs by itself (R21).
 */
export function drillOffered(run: Run, now: Instant): boolean {
  return open(run) && lineOf(run.plan, 'restore_drill') !== undefined && lineState(run, 'restore_drill', now) !== 'pass' && failed(run);
}

/** Takes a new backup and restores it at once, instead of when the failed attempt is due again. Refuses what would change nothing. */
export function runDrill(run: Run, now: Instant): Decision {
  if (!open(run)) return wrongState(run, 'drill');
  if (lineOf(run.plan, 'restore_drill') === undefined)
    return refuse({ code: 'already_so', detail: 'The checklist of this plan asks for no restore drill.' });
  if (lineState(run, 'restore_drill', now) === 'pass')
    return refuse({ code: 'already_so', detail: 'A backup of this target was restored within the quarter.' });
  if (failed(run)) return happened({ type: 'drill_requested' });
  const detail =
    run.rehearsal === null
      ? 'The backup of this run is being taken and restored by itself: that is the drill.'
      : 'The backup of this run was restored, which is the drill; the line is read again within minutes.';
  return refuse({ code: 'already_so', detail });
}

function open({ state }: Run): boolean {
  return state === 'checklist' || state === 'approved' || state === 'scheduled';
}

function failed(run: Run): boolean {
  if (run.rehearsal !== null) return !restored(run.rehearsal);
  return [run.evidence.backup, run.evidence.rollback_proof].some((entry) => entry?.verdict === 'breach');
}
