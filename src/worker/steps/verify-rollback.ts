import { linesInAnyOrder } from '../../domain/fingerprint-diff.ts';
import type { Run } from '../../domain/run.ts';
import { readSamples, typical } from '../samples.ts';
import type { Step } from './index.ts';
import { failedHooks } from './hooks.ts';
import { unhealthy } from './validate.ts';

/** Proves that the target is as it was: the schema fingerprint, the validations, the application (R77–R79). */
export const verifyRollback: Step = async ({ task, run, signal }) => {
  const { target } = task.context;
  // Read now: the kept samples are mostly from before the rollback.
  const after = typical(await readSamples(task.context.sources, run.plan.thresholds, await task.services.ledger.now()));
  if (run.fingerprint === null) {
    return (await task.report({ type: 'record_rolled_back', after, detail: 'Nothing had been written; the database was not touched.' })).ok;
  }
  const fingerprint = await target.fingerprint();
  const order = orderNotBack(run);
  const equal = fingerprint.hash === run.fingerprint;
  if (!equal && (order.length === 0 || task.services.sha256(linesInAnyOrder(fingerprint.lines)) !== run.anyOrder)) {
    const detail =
      'Every down ran, but the schema is not the one from before. Compare it with the backup of this run before anybody writes to it.';
    return (await task.report({ type: 'record_rollback_failure', detail, remaining: [] })).ok;
  }
  const failures = await target.validate(run.plan.appliedValidations);
  if (failures.length > 0) {
    const detail = `The schema is back, but validation finds: ${failures.join('; ')}`;
    return (await task.report({ type: 'record_rollback_failure', detail, remaining: [] })).ok;
  }
  // What they find is told and fails nothing: they may be written for the schema that was undone.
  const ill = [...(await unhealthy(task)), ...(await failedHooks(task, 'smoke', signal))];
  const health = ill.length === 0 ? 'the application is healthy' : `not confirmed: ${ill.join('; ')}`;
  const schema = equal ? 'The schema equals the one from before' : `The schema is back but, as rehearsed, ${order.join('; ')}`;
  const detail = `${schema}, every validation holds, ${health}.`;
  return (await task.report({ type: 'record_rolled_back', after, detail })).ok;
};

/** What no down gives back and the approvers have seen: a column that returns is the last. */
function orderNotBack({ rehearsal }: Run): readonly string[] {
  return rehearsal?.migrations.flatMap(({ order = [] }) => order) ?? [];
}
