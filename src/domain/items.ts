import { between, type Instant } from './instant.ts';
import type { Actor, Role } from './people.ts';

/** A reading judged against its limit. Unknown is never a pass (invariant 10). */
export type Verdict = 'pass' | 'breach' | 'unknown';

/** Lines that fill themselves. */
export const MACHINE_ITEMS = [
  'connections',
  'long_queries',
  'replication_lag',
  'disk',
  'latency',
  'app_health',
  'error_rate',
  'p95',
  'backup',
  'rollback_proof',
] as const;
/** Lines a person confirms with evidence. */
export const HUMAN_ITEMS = ['staging', 'stakeholders', 'on_call', 'rollback_review'] as const;
export type MachineItem = (typeof MACHINE_ITEMS)[number];
export type HumanItem = (typeof HUMAN_ITEMS)[number];
export type ItemKey = MachineItem | HumanItem;

/** Items that a health check reads; backup and rollback proof come from steps of their own. */
export const HEALTH_ITEMS: readonly MachineItem[] = MACHINE_ITEMS.filter((item) => item !== 'backup' && item !== 'rollback_proof');

/** The line as people read it, and for human lines what we ask for. */
export const ITEM_TITLES: Readonly<Record<ItemKey, string>> = {
  connections: 'Connections',
  long_queries: 'No long queries',
  replication_lag: 'Replication lag',
  disk: 'Free disk',
  latency: 'Latency to the database',
  app_health: 'Application health',
  error_rate: 'Error rate',
  p95: 'Response time p95',
  backup: 'Backup proved by a restore',
  rollback_proof: 'Rollback proved',
  staging: 'Staging looked at',
  stakeholders: 'Stakeholders told',
  on_call: 'On-call available',
  rollback_review: 'Rollback reviewed',
};

/** What the modal asks a person for. */
export const ITEM_QUESTIONS: Readonly<Record<HumanItem, string>> = {
  staging: 'What did you look at on staging, and what did you see?',
  stakeholders: 'Whom did you tell, and where? A link helps.',
  on_call: 'Who is on call tonight, and how did they say they are available?',
  rollback_review: 'Who read the down scripts, and what would be lost?',
};

/** Who may confirm a human line. */
export const ITEM_ROLES: readonly Role[] = ['requester', 'operator', 'approver', 'on_call'];

/** Whether this text names a human item. */
export function isHumanItem(key: string): key is HumanItem {
  return (HUMAN_ITEMS as readonly string[]).includes(key);
}

/** What a line rests on: value against limit, where it comes from, who or what said so, and until when it counts (R35). */
export type Evidence = {
  readonly item: ItemKey;
  readonly verdict: Verdict;
  /** The measured value or the person's words, ready to read. */
  readonly value: string;
  /** The limit in words, e.g. `< 80 %`; empty for human lines. */
  readonly limit: string;
  readonly source: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
  readonly actor: Actor;
};

/** A line's state at a moment. */
export type ItemState = 'pending' | 'pass' | 'fail' | 'unknown' | 'expired';

/** Where a line stands at `now`; expired evidence counts as none. */
export function itemState(evidence: Evidence | undefined, now: Instant): ItemState {
  if (evidence === undefined) return 'pending';
  if (between(evidence.expiresAt, now) >= 0) return 'expired';
  if (evidence.verdict === 'pass') return 'pass';
  return evidence.verdict === 'breach' ? 'fail' : 'unknown';
}

/** Every line in reading order. */
export const ITEMS: readonly ItemKey[] = [...MACHINE_ITEMS, ...HUMAN_ITEMS];
