import { describeChanges } from '../domain/plan-changes.ts';
import { OFFPEAK } from '../domain/people.ts';
import { OPEN, type Run } from '../domain/run.ts';
import type { Services } from '../ports.ts';
import { drawPlan } from './plan.ts';

/**
 * Looks whether the files, the schema or the rules of runs that have not begun are still what people approved (invariant 3).
 * A difference makes a new plan and voids the approvals; files that no longer parse are told as a change, the last good plan stays unstartable
 * through the live fingerprint and file check at T0. Returns the runs it revised.
 */
export async function revisePlans(services: Services): Promise<readonly Run[]> {
  const revised: Run[] = [];
  for (const run of await services.ledger.list({ active: true, limit: 100 })) {
    if (!OPEN.includes(run.state)) continue;
    const outcome = await revise(services, run);
    if (outcome !== null) revised.push(outcome);
  }
  return revised;
}

async function revise(services: Services, run: Run): Promise<Run | null> {
  const context = services.targets.get(run.target);
  if (context === undefined) return null;
  const drawn = await drawPlan(context, await services.ledger.now());
  if (!drawn.ok) {
    services.log.warn({ run: run.number, refusal: drawn.refusal.code }, 'an open plan could not be drawn again');
    return null;
  }
  const changes = describeChanges(run.plan.migrations, drawn.plan.migrations);
  if (drawn.plan.fingerprint !== run.plan.fingerprint) changes.push('The live schema changed.');
  const outcome = await services.ledger.execute(
    run.id,
    { type: 'revise_plan', plan: drawn.plan, changes },
    { ...OFFPEAK, via: 'schedule' },
  );
  return outcome.ok ? outcome.run : null;
}
