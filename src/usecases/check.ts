import type { Services, Finding } from '../ports.ts';

/**
 * Reads every machine line of the checklist for one target, now, without a run (R38).
 * Refuses nothing: what cannot be read is `unknown`, which is never a pass.
 */
export async function check(services: Pick<Services, 'targets' | 'checks'>, target: string): Promise<readonly Finding[]> {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  return Promise.all(services.checks.map((entry) => entry.find(context.sources, context.thresholds)));
}
