import { lineOf } from '../../domain/checklist.ts';
import { linesToRead } from '../../domain/health-due.ts';
import { plus } from '../../domain/instant.ts';
import { hookOfItem, type Evidence, type ItemKey } from '../../domain/items.ts';
import { OFFPEAK } from '../../domain/people.ts';
import type { Run } from '../../domain/run.ts';
import type { Finding } from '../../ports.ts';
import { hookFinding, hookGone } from '../../usecases/hooks.ts';
import { peopleOnCall } from '../../usecases/on-call.ts';
import { stagingEvidence } from '../../usecases/staging-line.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** Reads every machine line of the plan (R38). In preparation a line that does not pass holds the run; before, it shows on the checklist. */
export const checkHealth: Step = async ({ task, run, signal }) => {
  const wanted = linesToRead(run, await task.services.ledger.now());
  const [evidence] = await Promise.all([readLines(task, run, wanted, signal), resolveOnCall(task, run)]);
  // Nobody wants it any more, and a hook that was ended says nothing.
  if (signal.aborted) return false;
  const outcome = await task.report({ type: 'record_evidence', evidence });
  return outcome.ok;
};

/** These lines as they read now. */
export async function readLines(task: Task, run: Run, wanted: readonly ItemKey[], signal?: AbortSignal): Promise<readonly Evidence[]> {
  const { checks, ledger } = task.services;
  const hooks = wanted.flatMap((item) => hookOfItem(item) ?? []);
  const asked = await ledger.now();
  const read = checks.filter(({ item }) => wanted.includes(item));
  const numbers = Promise.all(read.map((check) => check.find(task.context.sources, run.plan.thresholds, asked, run)));
  const staging = wanted.includes('staging') ? stagingEvidence(task.services, run).then((evidence) => [evidence]) : [];
  // Each is dated when it was there: a number does not become younger by the minutes that an executable takes beside it.
  const dated = await Promise.all([
    staging,
    numbers.then((findings) => datedNow(task, run, findings)),
    ...hooks.map(async (name) => {
      const hook = task.context.sources.hooks?.get(name);
      return datedNow(task, run, [hook === undefined ? hookGone(name) : await hookFinding(hook, signal)]);
    }),
  ]);
  return dated.flat();
}

async function datedNow({ services }: Task, run: Run, findings: readonly Finding[]): Promise<readonly Evidence[]> {
  if (findings.length === 0) return [];
  const at = await services.ledger.now();
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
