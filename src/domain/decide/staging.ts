import type { WorkerCommand } from '../commands.ts';
import { classOf } from '../plan-class.ts';
import { OPEN, type Run } from '../run.ts';
import { isStaging } from '../staging.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

type Of<Type extends WorkerCommand['type']> = Extract<WorkerCommand, { type: Type }>;

/** Whether the run has a class that people may still raise. */
export function classRaisable(run: Run): boolean {
  return OPEN.includes(run.state) && !isStaging(run);
}

/** Raises the class of an open plan, with a reason; what is non-trivial already stays so, and nothing lowers it again (R7). */
export function raiseClass(run: Run, reason: string): Decision {
  if (!classRaisable(run)) return wrongState(run, 'raise');
  const { trivial, reasons } = classOf(run);
  if (!trivial) return refuse({ code: 'already_so', detail: `The plan is non-trivial already: ${reasons[0] ?? ''}.` });
  if (reason.trim() === '') return refuse({ code: 'words_missing' });
  return happened({ type: 'class_raised', reason: reason.trim() });
}

/** The twin before the first write; asked for once, and a second worker's answer is one too many. */
export function recordBefore(run: Run, { before }: Of<'record_before'>): Decision {
  if (!isStaging(run) || run.state !== 'preparing') return wrongState(run, 'measure');
  if (run.staged.before !== null) return refuse({ code: 'out_of_order' });
  return happened({ type: 'measured_before', before });
}

/** The twin after the change. */
export function recordAfter(run: Run, { after }: Of<'record_after'>): Decision {
  if (!isStaging(run) || run.state !== 'observing') return wrongState(run, 'measure');
  if (run.staged.before === null || run.staged.after !== null) return refuse({ code: 'out_of_order' });
  return happened({ type: 'measured_after', after });
}
