import { healthLines, lineOf } from '../../domain/checklist.ts';
import { plus } from '../../domain/instant.ts';
import type { Evidence, ItemKey } from '../../domain/items.ts';
import { OFFPEAK } from '../../domain/people.ts';
import type { Run } from '../../domain/run.ts';
import { peopleOnCall } from '../../usecases/on-call.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** Reads every machine line of the plan (R38). In preparation a line that does not pass holds the run; before, it shows on the checklist. */
export const checkHealth: Step = async ({ task, run }) => {
  const [evidence] = await Promise.all([readLines(task, run, healthLines(run.plan)), resolveOnCall(task, run)]);
  const outcome = await task.report({ type: 'record_evidence', evidence });
  return outcome.ok;
};

/** These lines as they read now. */
export async function readLines(task: Task, run: Run, wanted: readonly ItemKey[]): Promise<readonly Evidence[]> {
  const { checks, ledger } = task.services;
  const asked = await ledger.now();
  const read = checks.filter(({ item }) => wanted.includes(item));
  const findings = await Promise.all(read.map((check) => check.find(task.context.sources, run.plan.thresholds, asked)));
  const at = await ledger.now();
  const expiresAt = plus(at, run.plan.timing.machineEvidenceMs);
  return findings.map((finding): Evidence => ({ ...finding, at, expiresAt, actor: OFFPEAK }));
}

/** Who is on call now, where a source says it (R18). One that does not answer changes nothing: whoever was on call still counts. */
async function resolveOnCall(task: Task, run: Run): Promise<void> {
  const read = task.context.sources.readings?.onCall;
  if (read === undefined || lineOf(run.plan, 'on_call')?.kind !== 'personal') return;
  const found = await read();
  if (!found.ok) {
    task.services.log.warn({ run: run.number, why: found.why }, 'who is on call could not be read');
    return;
  }
  const people = peopleOnCall(found.value, task.services.people());
  if (String(people) !== String(run.onCall)) await task.report({ type: 'record_on_call', people });
}
