import { plus } from '../domain/instant.ts';
import type { Evidence } from '../domain/items.ts';
import { OFFPEAK } from '../domain/people.ts';
import type { Ledger, Notice, Outcome, RunStore } from '../ports.ts';

/**
 * Records whether the team was told in the channel: with the permalink of the card that stands there, or with the reason why none does
 * (R16). The domain refuses it once the first write has begun.
 */
export async function recordNotice(
  services: { readonly ledger: Pick<Ledger, 'now' | 'load'> & Pick<RunStore, 'execute'> },
  { runId, channel, notice }: { runId: string; channel: string; notice: Notice },
): Promise<Outcome> {
  const { ledger } = services;
  const run = await ledger.load(runId);
  if (run === null) return { ok: false, refusal: { code: 'no_run', target: runId }, run: null };
  const at = await ledger.now();
  const evidence: Evidence = {
    item: 'notice',
    ...(notice.posted ? { verdict: 'pass', permalink: notice.permalink } : { verdict: 'breach' }),
    value: notice.posted ? 'the card is in the channel' : `the card could not be posted: ${notice.why}`,
    limit: '',
    source: `#${channel}`,
    at,
    expiresAt: plus(at, run.plan.timing.humanEvidenceMs),
    actor: OFFPEAK,
  };
  return ledger.execute(runId, { type: 'record_evidence', evidence: [evidence] }, OFFPEAK);
}
