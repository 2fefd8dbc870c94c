import type { Finding, Ledger, Services } from '../ports.ts';
import { sourcesOf } from './checklist.ts';

/**
 * Reads every line of the checklist that has a source, for one target, now, without a run (R38).
 * Refuses nothing: what cannot be read is `unknown`, which is never a pass.
 */
export async function check(
  services: Pick<Services, 'targets' | 'checks'> & { readonly ledger: Pick<Ledger, 'now'> },
  target: string,
): Promise<readonly Finding[]> {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  const [now, read] = [await services.ledger.now(), sourcesOf(context)];
  return Promise.all(
    services.checks.filter(({ item }) => read.includes(item)).map((entry) => entry.find(context.sources, context.thresholds, now)),
  );
}
