import { lineOf, lineState } from '../../domain/checklist.ts';
import { classRaisable } from '../../domain/decide/staging.ts';
import { classOf, classWords } from '../../domain/plan-class.ts';
import type { Run } from '../../domain/run.ts';
import { isStaging, resultOf } from '../../domain/staging.ts';
import { ITEM_WORDS } from './state-words.ts';
import { phrase, stopped } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** What a staging run is, for whoever meets its card; empty for any other. */
export function stagingLine({ plan }: Pick<Run, 'plan'>): string {
  const tried = plan.stagingFor;
  return tried === undefined
    ? ''
    : `🧪 *Staging run* of #${tried.number}: the same files on ${phrase(plan.target, 40)}; ${phrase(tried.target, 40)} is not touched`;
}

/** The class of a plan and its reason (R7); of a staging run nobody asks it. */
export function classLine(run: Run): string {
  return isStaging(run) ? '' : `*Class* ${phrase(classWords(classOf(run)), 200)}`;
}

/** What a staging run found, worst first: smoke tests, performance, data (R13–R15). Empty before its end. */
export function stagingResult({ plan, staged: { before, after } }: Pick<Run, 'plan' | 'staged'>): readonly string[] {
  if (plan.stagingFor === undefined || before === null || after === null) return [];
  const emoji = { pass: ITEM_WORDS.pass.emoji, breach: ITEM_WORDS.fail.emoji, unknown: ITEM_WORDS.unknown.emoji } as const;
  return resultOf({ before, after }, plan.stagingFor.limits).map(({ verdict, words }) => `${emoji[verdict]} ${phrase(words, 300)}`);
}

/** What the line says that a machine has read of the twin, as the next thing to do; empty before the first reading. */
export function stagingStep({ evidence: { staging } }: Pick<Run, 'evidence'>): string {
  if (staging === undefined) return '';
  const [first = ''] = staging.value.split('\n');
  return `${phrase(staging.source, 60)}: ${stopped(phrase(first, 200))}`;
}

/** Whether the class is worth a choice in the menu: the plan is open and trivial, and a machine would read what its staging run finds. */
export function mayRaise(run: Run): boolean {
  return classRaisable(run) && lineOf(run.plan, 'staging')?.kind === 'machine' && classOf(run).trivial;
}

/** Whether a staging run is worth a button: a machine fills the line, and it does not pass. */
export function wantsStaging({ run, now }: Pick<RunView, 'run' | 'now'>): boolean {
  if (lineOf(run.plan, 'staging')?.kind !== 'machine') return false;
  return lineState(run, 'staging', now) !== 'pass' && !classOf(run).trivial;
}
