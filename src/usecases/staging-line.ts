import { lineOf } from '../domain/checklist.ts';
import { plus } from '../domain/instant.ts';
import type { Evidence } from '../domain/items.ts';
import { OFFPEAK } from '../domain/people.ts';
import type { Run } from '../domain/run.ts';
import { contentOf, judgeStaging, stagingLimits } from '../domain/staging.ts';
import type { Ledger, Services } from '../ports.ts';

/** Staging runs that are looked at: enough for every plan that is open beside them. */
const LOOKED_AT = 50;

/**
 * What the line `staging` says of a run now, from the staging runs in the ledger (R7, R13–R15): read anew like every machine line, so that a
 * restart, an edited file and a staging run that ends show by themselves. Throws when the ledger does not answer.
 */
export async function stagingEvidence(
  services: Pick<Services, 'targets' | 'sha256'> & { readonly ledger: Pick<Ledger, 'list' | 'now'> },
  run: Run,
): Promise<Evidence> {
  const { ledger, targets, sha256 } = services;
  const twin = targets.get(run.target)?.staging?.twin;
  const runs = twin === undefined ? [] : await ledger.list({ target: twin, limit: LOOKED_AT });
  const word = judgeStaging(run, runs, contentOf(run.plan, sha256));
  const at = await ledger.now();
  const { impact, share } = stagingLimits(run.plan.thresholds);
  const limit = `smoke tests pass, less than ${Number((impact * 100).toFixed(3))} % slower, ${Number((share * 100).toFixed(3))} % of the rows`;
  return { item: 'staging', ...word, limit, at, expiresAt: plus(at, run.plan.timing.machineEvidenceMs), actor: OFFPEAK };
}

/** Tells the run that was tried out how its staging run stands, at once; what is lost here is read again within a minute. */
export async function tellTriedOut(
  services: Parameters<typeof stagingEvidence>[0] & { readonly ledger: Pick<Ledger, 'load' | 'execute'> },
  { plan }: Run,
): Promise<void> {
  const { ledger } = services;
  const tried = plan.stagingFor === undefined ? null : await ledger.load(plan.stagingFor.runId);
  if (tried === null || lineOf(tried.plan, 'staging')?.kind !== 'machine') return;
  const evidence = [await stagingEvidence(services, tried)];
  await ledger.execute(tried.id, { type: 'record_evidence', evidence }, OFFPEAK);
}
