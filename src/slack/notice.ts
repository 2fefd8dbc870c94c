import { lineOf } from '../domain/checklist.ts';
import { between, type Instant } from '../domain/instant.ts';
import { itemState } from '../domain/items.ts';
import { OPEN, type Run } from '../domain/run.ts';
import type { Notice } from '../ports.ts';

/** What this process knows of the card. */
type Seen = {
  /** Its permalink; null where no card stands, or its address is not known. */
  readonly permalink: string | null;
  readonly stands: boolean;
  /** Why Slack, or the channel, takes nothing at present; null while it does. */
  readonly trouble: string | null;
};

/**
 * What has to be recorded of the notice now; null when the checklist says it already (R16). Compared like every message, so a restart, a
 * card posted anew and an outage end in the same line. What was told once stays told: only before the start does a failure count, and
 * only while no card stands.
 */
export function noticeOf(run: Run, now: Instant, seen: Seen): Notice | null {
  // A run that holds takes no evidence; what ran out meanwhile is told again when it goes on.
  if (lineOf(run.plan, 'notice') === undefined || !(OPEN.includes(run.state) || run.state === 'preparing')) return null;
  const evidence = run.evidence.notice;
  const state = itemState(evidence, now);
  if (seen.permalink !== null) {
    const young = evidence !== undefined && between(now, evidence.expiresAt) > run.plan.timing.humanEvidenceMs / 2;
    const told = state === 'pass' && evidence?.permalink === seen.permalink && young;
    return told ? null : { posted: true, permalink: seen.permalink };
  }
  const failed = !seen.stands && seen.trouble !== null && OPEN.includes(run.state);
  return failed && state !== 'pass' && state !== 'fail' ? { posted: false, why: seen.trouble ?? '' } : null;
}
