import type { TimerCommand } from '../domain/commands.ts';
import { OFFPEAK, type Actor } from '../domain/people.ts';
import { describeChanges, describeRuleChanges } from '../domain/plan-changes.ts';
import { OPEN, type Run } from '../domain/run.ts';
import { isStaging } from '../domain/staging.ts';
import type { Services } from '../ports.ts';
import { drawPlan } from './plan.ts';

const SCHEDULE: Actor = { ...OFFPEAK, via: 'schedule' };

/**
 * Looks whether the files, the schema or the rules of runs that have not begun are still what people approved (invariant 3).
 * A difference makes a new plan and voids the approvals; files that cannot be planned any more void them too.
 * A target that cannot be reached changes nothing: the look is taken again. Returns the runs it revised.
 */
export async function revisePlans(services: Services): Promise<readonly Run[]> {
  const revised: Run[] = [];
  for (const run of await services.ledger.list({ active: true, limit: 100 })) {
    // A staging run is judged by what it ran, whatever the files are by then.
    if (!OPEN.includes(run.state) || isStaging(run)) continue;
    const command = await difference(services, run);
    if (command === null) continue;
    const outcome = await services.ledger.execute(run.id, command, SCHEDULE);
    if (outcome.ok) revised.push(outcome.run);
  }
  return revised;
}

/** The command that tells the run what changed under it; null when nothing did or nobody can tell. */
async function difference(services: Services, run: Run): Promise<TimerCommand | null> {
  const context = services.targets.get(run.target);
  if (context === undefined) return null;
  const drawn = await drawPlan(context, await services.ledger.now()).catch((error: unknown) => {
    services.log.warn(
      { run: run.number, error: error instanceof Error ? error.message : String(error) },
      'the target could not be read; the look is taken again',
    );
    return null;
  });
  if (drawn === null) return null;
  if (!drawn.ok && drawn.refusal.code === 'migrations_unreadable') return { type: 'void_plan', problem: drawn.refusal.detail };
  if (!drawn.ok && drawn.refusal.code === 'nothing_pending') return { type: 'void_plan', problem: NOTHING_PENDING };
  if (!drawn.ok) {
    services.log.warn({ run: run.number, refusal: drawn.refusal.code }, 'an open plan could not be drawn again');
    return null;
  }
  const changes = [...describeChanges(run.plan.migrations, drawn.plan.migrations), ...describeRuleChanges(run.plan, drawn.plan)];
  const back = changes.length === 0 && run.problem !== null ? ['The files can be planned again.'] : [];
  return { type: 'revise_plan', plan: drawn.plan, changes: [...changes, ...back] };
}

/** Files that were taken away are a change like any other: what nobody wants any more must not run at night. */
const NOTHING_PENDING =
  'Nothing is pending any more: the files of this plan were removed, or somebody else applied them. This run did not touch the database. Cancel it, or put the files back.';
