import type { HumanCommand } from '../domain/commands.ts';
import type { Actor } from '../domain/people.ts';
import type { Run } from '../domain/run.ts';
import { isStaging } from '../domain/staging.ts';
import type { Ledger, Outcome, Services } from '../ports.ts';

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
  const run = await find(services, request);
  if (run === null) {
    const target = 'target' in request.which ? request.which.target : 'that number';
    return { ok: false, refusal: { code: 'no_run', target }, run: null };
  }
  return services.ledger.execute(run.id, request.command, request.actor);
}

function find({ ledger }: Pick<Services, 'ledger'>, { which, command }: { which: Which; command: HumanCommand }) {
  if ('runId' in which) return ledger.load(which.runId);
  if ('number' in which) return ledger.byNumber(which.number);
  return command.type === 'roll_back' ? openOrTried(ledger, which.target) : ledger.active(which.target);
}

/** The open run of a target; where there is none, a staging run that is completed, because that can still be rolled back. */
export async function openOrTried(ledger: Pick<Ledger, 'active' | 'latest'>, target: string): Promise<Run | null> {
  const open = await ledger.active(target);
  if (open !== null) return open;
  const last = await ledger.latest(target);
  return last !== null && isStaging(last) && last.state === 'completed' ? last : null;
}
