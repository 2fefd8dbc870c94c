import type { MeasuredLoad } from '../domain/impact.ts';
import type { Run } from '../domain/run.ts';
import { stagingLimits } from '../domain/staging.ts';
import type { LoadRequest, TargetContext } from '../ports.ts';
import type { Task } from './task.ts';

const ROUNDS = 10;

/** The target that a staging run tries a plan out for; undefined when it is not configured any more. */
export function productionOf({ services }: Task, { plan }: Run): TargetContext | undefined {
  return services.targets.get(plan.stagingFor?.target ?? '');
}

/** How many rounds, and how quiet a measurement has to be: half of what the change may cost. */
export function paceOf(run: Run, production: TargetContext | undefined): Pick<LoadRequest, 'rounds' | 'quiet'> {
  const { impact } = run.plan.stagingFor?.limits ?? stagingLimits(run.plan.thresholds);
  return { rounds: production?.staging?.rounds ?? ROUNDS, quiet: impact / 2 };
}

/** Measures on the twin. */
export async function measured({ context }: Task, request: LoadRequest): Promise<MeasuredLoad> {
  if (context.load !== undefined) return await context.load.measure(request);
  return { source: request.source, queries: [], leftOut: request.leftOut };
}
