import { isWaived, lineOf, waiverStands } from '../../domain/checklist.ts';
import { between, type Instant } from '../../domain/instant.ts';
import { forEnd } from '../../domain/end-comparison.ts';
import { linesInAnyOrder } from '../../domain/fingerprint-diff.ts';
import { monitorSilent } from '../../domain/monitor.ts';
import { readCompared } from '../compared.ts';
import { monitorOnce } from '../monitor.ts';
import { enoughForBaseline, typical } from '../samples.ts';
import { readLines } from './check.ts';
import { isStaging } from '../../domain/staging.ts';
import { strangerDetail } from './identity.ts';
import type { Run } from '../../domain/run.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** T0: takes the target's lock, reads the baseline and the schema, and asks every gate once more (R46). */
export const beginMigrating: Step = async ({ task, run }) => {
  const { ledger } = task.services;
  await task.lockTarget();
  const stranger = await strangerDetail(task, run.plan.identity);
  if (stranger !== null) return (await task.report({ type: 'hold', reason: 'plan_differs', detail: stranger })).ok;
  const [samples, newestSample] = await Promise.all([ledger.recent(run.id, BASELINE_OF), ledger.newest(run.id)]);
  // A fresh preparation may be faster than the first reading; the gate would hold for a silence that is none.
  if (newestSample === null) return false;
  // A process that slept, or a clock that was set, leaves old readings behind: one is taken before anybody says that nobody looks.
  if (monitorSilent(newestSample, await ledger.now(), run.plan.timing.monitorSilenceMs)) {
    await monitorOnce(task, run);
    return false;
  }
  if (!enoughForBaseline(samples) && !waitedEnough(run, await ledger.now())) return false;
  // Services may take their time, so what must be of this very moment is read behind them.
  const compared = await readCompared(task.context.sources, run, null);
  if (await dumpStands(task, run)) return true;
  const fingerprint = await task.context.target.fingerprint();
  const outcome = await task.report({
    type: 'begin_migrating',
    baseline: typical(samples, BASELINE_OF),
    fingerprint: fingerprint.hash,
    anyOrder: task.services.sha256(linesInAnyOrder(fingerprint.lines)),
    ...(isStaging(run) ? {} : { forEnd: forEnd(compared) }),
    newestSample: await ledger.newest(run.id),
  });
  return outcome.ok;
};

/** The baseline is the middle of so many readings of the same signals, just before the first write (R52). */
const BASELINE_OF = 9;

/** A source that is asked every quarter of a minute has been asked often enough by then; one that answers now and then is not waited for. */
const BASELINE_WAIT_MS = 60_000;

function waitedEnough(run: Run, now: Instant): boolean {
  return run.started !== null && between(run.started.at, now) > BASELINE_WAIT_MS;
}

/**
 * Whether a dump or a long snapshot keeps the first write from beginning (R41): the reading of the preparation may be minutes old, and
 * nightly dumps begin on the minute. Said as evidence, which holds the run; a waiver lets it go on.
 */
async function dumpStands(task: Task, run: Run): Promise<boolean> {
  if (lineOf(run.plan, 'other_dumps')?.kind !== 'machine') return false;
  const evidence = await readLines(task, run, ['other_dumps']);
  const at = await task.services.ledger.now();
  const waived = isWaived(run, 'other_dumps', at) && waiverStands(run, 'other_dumps', task.services.people());
  if (waived || evidence.every(({ verdict }) => verdict === 'pass')) return false;
  await task.report({ type: 'record_evidence', evidence });
  return true;
}
