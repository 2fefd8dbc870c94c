import { shortDigest } from '../../domain/digest.ts';
import { between } from '../../domain/instant.ts';
import { vouchedWords } from '../../domain/end-judgement.ts';
import { needsLessons } from '../../domain/problem.ts';
import { inWords } from '../../domain/refusal.ts';
import { appliedPositions, touched, type Run } from '../../domain/run.ts';
import { unitsOf } from '../../domain/plan.ts';
import { whoRollsBack } from './alert-words.ts';
import { isStaging } from '../../domain/staging.ts';
import { actions, button, context, section, type Blocks } from './block-kit.ts';
import { closeButton, rollBackButton } from './buttons.ts';
import { waivedWords } from './gate-lines.ts';
import { stagingLine, stagingResult } from './staging.ts';
import { code, count, phrase, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** The card after the end: the result, and no button that does anything, except the way back where it is still open (R3). */
export function endedBlocks(view: RunView): Blocks {
  const { run } = view;
  const lines = [
    `*${resultLine(run)}*`,
    ...stagingResult(run),
    detailLine(run),
    remainingLine(run),
    againLine(run),
    learnedLine(run),
  ].filter((line) => line !== '');
  const failed =
    run.state === 'rollback_failed' ? [rollBackButton(view), button(run, 'ask_restore'), closeButton(run), button(run, 'view_sql')] : [];
  // The twin is given back to the next try whenever somebody wants it.
  const back = isStaging(run) && run.state === 'completed' ? [rollBackButton(view), button(run, 'view_sql')] : failed;
  const open = needsLessons(run) ? [button(run, 'write_lessons', { style: 'primary' })] : [];
  // For thirty minutes it opens the run again; later it says whom to call (R81).
  const late = run.state === 'completed' && run.baseline !== null && !isStaging(run) ? [button(run, 'report_problem')] : [];
  const asked = `Asked for by ${who(run.requester)} · ended ${when(run.end?.at ?? run.plan.plannedAt)} · digest ${code(shortDigest(run.digest))}`;
  const waived = run.started === null ? '' : waivedWords(view);
  const below = [stagingLine(run), asked, waived].filter((line) => line !== '');
  return [section(lines.join('\n')), context(below.join('\n')), ...actions([...back, ...open, ...late])];
}

/** How it ended, in a line: `3 of 3 units applied, validated and observed in 30 min.`. */
export function resultLine(run: Run): string {
  const duration = run.started === null || run.end === null ? '' : ` in ${inWords(between(run.started.at, run.end.at))}`;
  switch (run.state) {
    case 'completed':
      return `${appliedPositions(run).length} of ${count(unitsOf(run.plan).length, 'unit')} applied, validated and observed${duration}.`;
    case 'rolled_back':
      return touched(run) ? `Everything was undone${sinceClick(run)}; the old schema is back.` : 'Rolled back before anything was changed.';
    case 'restored':
      return run.switched === null
        ? `The whole database was taken back to the moment before the run${duration}.`
        : `The database was restored from a backup${duration}; the old one is kept.`;
    case 'rollback_failed':
      return 'The rollback failed: the database stands between two schemas. Somebody has to act now.';
    case 'cancelled':
      return 'Cancelled. The database was not touched.';
    default:
      if (!touched(run)) return 'Failed before anything was changed.';
      return run.rollback === null ? 'Failed.' : 'The rollback failed and was closed by hand: the database stands between two schemas.';
  }
}

/** The way out of the worst state. */
function againLine({ state, backup }: Run): string {
  if (state !== 'rollback_failed') return '';
  const restore = backup === null ? '' : ` If it fails again: *Restore…* goes back to ${code(backup.id)}, with a second person.`;
  return `*Next:* mend what it says, then press *Roll back now* to try again.${restore} *Close by hand* only when the rest was dealt with.`;
}

/** What was learned, or that nobody has said it yet (R89). */
function learnedLine(run: Run): string {
  if (run.lessons !== null) return `📓 ${who(run.lessons.by)} learned: ${phrase(run.lessons.text, 400)}`;
  return needsLessons(run) ? '⌛ *Open* until somebody writes down what was learned.' : '';
}

/** From the click to the proof that the old schema is back. */
function sinceClick({ rollback, end }: Run): string {
  return rollback === null || end === null ? '' : ` ${inWords(between(rollback.at, end.at))} after ${whoRollsBack(rollback.by)}`;
}

/** What the worker says about the end. A completed run needs no second sentence for what the first one says, only for what somebody vouched for. */
export function detailLine(run: Run): string {
  return phrase(run.state === 'completed' ? vouchedWords(run).join(' ') : (run.end?.detail ?? ''), 600);
}

/** What is still applied after a failed rollback. */
export function remainingLine(run: Run): string {
  const remaining = run.end?.remaining ?? [];
  return remaining.length === 0 ? '' : `Still applied: ${phrase(remaining.join(', '), 300)}`;
}
