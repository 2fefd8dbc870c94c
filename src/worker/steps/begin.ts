import { linesInAnyOrder } from '../../domain/fingerprint-diff.ts';
import { typical } from '../monitor.ts';
import { strangerDetail } from './identity.ts';
import type { Step } from './index.ts';

/** T0: takes the target's lock, reads the baseline and the schema, and asks every gate once more (R46). */
export const beginMigrating: Step = async ({ task, run }) => {
  const { ledger } = task.services;
  await task.lockTarget();
  const stranger = await strangerDetail(task, run.plan.identity);
  if (stranger !== null) return (await task.report({ type: 'hold', reason: 'plan_differs', detail: stranger })).ok;
  const [fingerprint, samples, newestSample] = await Promise.all([
    task.context.target.fingerprint(),
    ledger.recent(run.id, 10),
    ledger.newest(run.id),
  ]);
  // A fresh preparation may be faster than the first reading; the gate would hold for a silence that is none.
  if (newestSample === null) return false;
  const outcome = await task.report({
    type: 'begin_migrating',
    baseline: typical(samples),
    fingerprint: fingerprint.hash,
    anyOrder: task.services.sha256(linesInAnyOrder(fingerprint.lines)),
    newestSample,
  });
  return outcome.ok;
};
