import { plus } from '../../domain/instant.ts';
import type { Evidence } from '../../domain/items.ts';
import { OFFPEAK } from '../../domain/people.ts';
import type { Step } from './index.ts';

/** Reads every machine line (R38). In preparation a line that does not pass holds the run; before, it shows on the checklist. */
export const checkHealth: Step = async ({ task, run }) => {
  const { checks, ledger } = task.services;
  const findings = await Promise.all(checks.map((check) => check.find(task.context.sources, run.plan.thresholds)));
  const at = await ledger.now();
  const expiresAt = plus(at, run.plan.timing.machineEvidenceMs);
  const evidence = findings.map((finding): Evidence => ({ ...finding, at, expiresAt, actor: OFFPEAK }));
  const outcome = await task.report({ type: 'record_evidence', evidence });
  return outcome.ok;
};
