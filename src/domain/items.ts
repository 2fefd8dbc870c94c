import { between, type Instant } from './instant.ts';
import type { Actor, Role } from './people.ts';

/** A reading judged against its limit. Unknown is never a pass (invariant 10). */
export type Verdict = 'pass' | 'breach' | 'unknown';

/** Every line of the runbook's checklist (R13–R34, R41), in its order. What a target is asked of them is frozen in its plan. */
export const ITEMS = [
  'staging',
  'notice',
  'stakeholders',
  'on_call',
  'automated_backup',
  'backup',
  'archive',
  'restore_drill',
  'rollback_review',
  'rollback_proof',
  'connections',
  'long_queries',
  'other_dumps',
  'replication_lag',
  'disk',
  'latency',
  'cpu',
  'memory',
  'app_health',
  'error_rate',
  'p95',
  'active_users',
  'incidents',
  'platform',
] as const;
export type KnownItem = (typeof ITEMS)[number];
/** A line of the team's own: what an executable under `hooks:` with `when: [check]` says. */
export type HookItem = `hook:${string}`;
export type ItemKey = KnownItem | HookItem;
/** Something for some of the lines. */
export type PerItem<T> = { readonly [Key in KnownItem]?: T } & { readonly [Key in HookItem]: T };

/** Lines that nothing but people can fill, whatever is configured. */
const PEOPLES: readonly ItemKey[] = ['rollback_review', 'stakeholders', 'on_call'];
/** Lines that a machine can fill, where it has a source for them. */
export type MachineItem = Exclude<ItemKey, 'rollback_review' | 'stakeholders' | 'on_call'>;

/** Lines that a health check can read; the others come from the proof and from the publisher. */
export const HEALTH_ITEMS = [
  'connections',
  'long_queries',
  'other_dumps',
  'replication_lag',
  'disk',
  'latency',
  'cpu',
  'memory',
  'app_health',
  'error_rate',
  'p95',
  'active_users',
  'automated_backup',
  'restore_drill',
  'incidents',
  'platform',
] as const satisfies readonly MachineItem[];

/** Lines whose source is built in: nobody has to configure anything for them. */
export const BUILT_IN: readonly MachineItem[] = [
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
  'notice',
];

/** Lines that the runbook asks of nobody: there where a source is named, and not instead asked of a person where none is. */
export const OPTIONAL: readonly KnownItem[] = ['archive', 'incidents', 'platform'];

/** Nothing runs without them, so no role may waive them (invariants 2 and 3). */
export const NEVER_WAIVED: readonly ItemKey[] = ['backup', 'rollback_proof'];

/** The line as people read it. */
export const ITEM_TITLES: Readonly<Record<KnownItem, string>> = {
  connections: 'Connections',
  long_queries: 'No long queries',
  other_dumps: 'No other dump',
  replication_lag: 'Replication lag',
  disk: 'Free disk',
  latency: 'Latency to the database',
  cpu: 'CPU',
  memory: 'Memory',
  app_health: 'Application health',
  error_rate: 'Error rate',
  p95: 'Response time p95',
  active_users: 'Active users',
  incidents: 'Open incidents',
  platform: 'Platform',
  automated_backup: 'Automated backup',
  restore_drill: 'Restore drill',
  backup: 'Backup proved by a restore',
  archive: 'Restore point archived',
  rollback_proof: 'Rollback proved',
  notice: 'Team told in the channel',
  staging: 'Staging looked at',
  rollback_review: 'Rollback reviewed',
  stakeholders: 'Stakeholders told',
  on_call: 'On-call available',
};

/** What the modal asks a person for, where no machine has a source for the line; optional lines are never a person's. */
const ITEM_QUESTIONS: PerItem<string> = {
  connections: 'How many connections are used, of how many? Below the limit of the runbook?',
  long_queries: 'Is a query or transaction older than 30 s? Where did you look?',
  other_dumps: 'Does another dump or a long snapshot run on the database? Where did you look?',
  replication_lag: 'How far are the replicas behind? Where did you look?',
  disk: 'How much of the disk is free? More than 20 % is needed. Where did you look?',
  latency: 'How long does the database take to answer? Under 50 ms is needed.',
  cpu: 'How busy is the CPU? Less than 70 % is needed. Where did you look?',
  memory: 'How full is the memory? Less than 80 % is needed. Where did you look?',
  app_health: 'Does the application say that it is well? Where did you look?',
  error_rate: 'How many requests fail? Less than 0.1 % is needed. Where did you look?',
  p95: 'How long do requests take, p95? Less than 500 ms is needed. Where did you look?',
  active_users: 'How many users are active? Fewer than 100 are needed. Where did you look?',
  automated_backup: 'When was the last automated backup? 24 h at most. Where did you look?',
  restore_drill: 'When was a backup last restored to try it? 92 days at most.',
  backup: 'Which backup was restored, and what did you compare?',
  rollback_proof: 'Where was the way back tried, and what came of it?',
  notice: 'Where was the team told? A link helps.',
  staging: 'What did you look at on staging, and what did you see?',
  rollback_review: 'Who read the down scripts, and what would be lost?',
  stakeholders: 'Whom did you tell, and where? A link helps.',
  on_call: 'Who is on call tonight, and how did they say they are available?',
};

/** Who may confirm a human line, and take it or a waiver back. */
export const ITEM_ROLES: readonly Role[] = ['requester', 'operator', 'approver', 'on_call'];

/** What a person is asked on this line; empty where none ever is. */
export function questionOf(key: ItemKey): string {
  return ITEM_QUESTIONS[key] ?? '';
}

/** Whether this text names a line of the catalogue. */
export function isItem(key: string): key is KnownItem {
  return (ITEMS as readonly string[]).includes(key);
}

/** The line of a hook. */
export function hookItem(name: string): HookItem {
  return `hook:${name}`;
}

/** The hook of a line; null for a line of the catalogue. */
export function hookOfItem(key: string): string | null {
  return key.startsWith('hook:') ? key.slice('hook:'.length) : null;
}

/** Whether only people can fill it. */
export function isPeoples(key: ItemKey): boolean {
  return PEOPLES.includes(key);
}

/** The line as people read it; what is no line of ours reads as it was written. */
export function titleOf(key: string): string {
  const hook = hookOfItem(key);
  if (hook !== null) return `Hook ${hook}`;
  return isItem(key) ? ITEM_TITLES[key] : key;
}

/** Where evidence says so that a person gave it. */
export const A_PERSON = 'a person';

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
  /** Where it can be looked at; absent where there is no such place. */
  readonly permalink?: string;
};

/** Somebody allowed a line to stay open, with the reason (R35). */
export type Waiver = { readonly by: Actor; readonly at: Instant; readonly expiresAt: Instant; readonly reason: string };

/** One person's own word on a personal line (R17, R18). */
export type Acknowledgement = { readonly by: Actor; readonly at: Instant; readonly expiresAt: Instant };

/** A line's state at a moment. */
export type ItemState = 'pending' | 'pass' | 'fail' | 'unknown' | 'expired' | 'waived';

/** Where evidence stands at `now`; what has expired counts as none. */
export function itemState(evidence: Evidence | undefined, now: Instant): Exclude<ItemState, 'waived'> {
  if (evidence === undefined) return 'pending';
  if (between(evidence.expiresAt, now) >= 0) return 'expired';
  if (evidence.verdict === 'pass') return 'pass';
  return evidence.verdict === 'breach' ? 'fail' : 'unknown';
}
