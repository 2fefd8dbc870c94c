import type { HumanCommand } from '../domain/commands.ts';
import type { Actor } from '../domain/people.ts';
import type { Outcome, Services } from '../ports.ts';

/** Which run somebody means: the one a message belongs to, or the one that keeps a target occupied. */
export type Which = { readonly runId: string } | { readonly number: number } | { readonly target: string };

/**
 * Gives a person's command to a run. One body for every door: Slack, terminal and HTTP.
 * Refuses `no_run` when there is none; every other refusal is the domain's.
 */
export async function act(
  services: Pick<Services, 'ledger'>,
  request: { which: Which; command: HumanCommand; actor: Actor },
): Promise<Outcome> {
  const run = await find(services, request.which);
  if (run === null) {
    const target = 'target' in request.which ? request.which.target : 'that number';
    return { ok: false, refusal: { code: 'no_run', target }, run: null };
  }
  return services.ledger.execute(run.id, request.command, request.actor);
}

function find({ ledger }: Pick<Services, 'ledger'>, which: Which) {
  if ('runId' in which) return ledger.load(which.runId);
  return 'number' in which ? ledger.byNumber(which.number) : ledger.active(which.target);
}
