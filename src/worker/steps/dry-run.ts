import { strangerDetail } from './identity.ts';
import type { Step } from './index.ts';

/**
 * The last look before T0: the same server and the same schema as planned. What would run and what would undo it is
 * rendered from the plan and the rehearsal into the thread (R44, R47). Nothing is executed on the target: a rolled-back
 * trial would hold the same locks as the real thing.
 */
export const dryRun: Step = async ({ task, run }) => {
  const stranger = await strangerDetail(task, run.plan.identity);
  if (stranger !== null) return (await task.report({ type: 'hold', reason: 'plan_differs', detail: stranger })).ok;
  const fingerprint = await task.context.target.fingerprint();
  if (fingerprint.hash !== run.plan.fingerprint) {
    const detail = 'The live schema is not the one that was planned and approved: somebody changed it since. Cancel, and plan again.';
    return (await task.report({ type: 'hold', reason: 'plan_differs', detail })).ok;
  }
  return (await task.report({ type: 'record_dry_run' })).ok;
};
