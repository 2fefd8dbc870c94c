import type { Context, HumanCommand, WorkerCommand } from '../commands.ts';
import { needsLessons } from '../problem.ts';
import { inExtendedWindow } from '../restore.ts';
import { WORKING, type Run } from '../run.ts';
import { held, tooLate } from './restore.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

type Of<Type extends (HumanCommand | WorkerCommand)['type']> = Extract<HumanCommand | WorkerCommand, { type: Type }>;

/** Opens the extended path: the run holds, and the checks are run at once (R81–R83). After the window it is an incident of its own. */
export function reportProblem(run: Run, { words }: Of<'report_problem'>, { now }: Context): Decision {
  if (run.state === 'completed' && !inExtendedWindow(run, now)) return tooLate(run);
  const works = WORKING.includes(run.state) && run.baseline !== null;
  if (!works && run.state !== 'completed') return wrongState(run, 'report');
  if (words.trim() === '') return refuse({ code: 'words_missing' });
  return happened(...held(run, words.trim()), { type: 'problem_reported', words: words.trim() });
}

/** What the checks found; asked once for each report. */
export function recordAssessment(run: Run, { failures }: Of<'record_assessment'>): Decision {
  if (run.problemReport === null || run.problemReport.failures !== null) return refuse({ code: 'out_of_order' });
  return happened({ type: 'problem_assessed', failures });
}

/** What was learned closes a run that had a problem or was restored (R89). */
export function recordLessons(run: Run, { lessons }: Of<'record_lessons'>): Decision {
  if (run.lessons !== null) return refuse({ code: 'already_so', detail: `@${run.lessons.by.name} has written down what was learned.` });
  if (!needsLessons(run)) return wrongState(run, 'close');
  if (lessons.trim() === '') return refuse({ code: 'words_missing' });
  return happened({ type: 'lessons_recorded', lessons: lessons.trim() });
}
