import type { Finding, Ledger, Services } from '../ports.ts';
import { sourcesOf } from './checklist.ts';
import { hookFinding, hooksOf } from './hooks.ts';

/**
 * Reads every line of the checklist that has a source, for one target, now, without a run (R38).
 * With `hooks` the team's executables with `when: [check]` too.
 * Refuses nothing: what cannot be read is `unknown`, which is never a pass.
 */
export async function check(
  services: Pick<Services, 'targets' | 'checks'> & { readonly ledger: Pick<Ledger, 'now'> },
  target: string,
  options: { readonly hooks?: boolean } = {},
): Promise<readonly Finding[]> {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  const [now, read] = [await services.ledger.now(), sourcesOf(context)];
  const hooks = options.hooks === true ? hooksOf(context.sources, 'check') : [];
  return Promise.all([
    ...services.checks.filter(({ item }) => read.includes(item)).map((entry) => entry.find(context.sources, context.thresholds, now)),
    ...hooks.map((hook) => hookFinding(hook)),
  ]);
}
