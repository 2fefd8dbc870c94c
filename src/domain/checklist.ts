import { firstWriteAt, lastsUntil, renewable } from './first-write.ts';
import { between, type Instant } from './instant.ts';
import {
  BUILT_IN,
  HEALTH_ITEMS,
  hookOfItem,
  ITEMS,
  itemState,
  NEVER_WAIVED,
  OPTIONAL,
  isPeoples,
  type ItemKey,
  type ItemState,
  titleOf,
  type PerItem,
} from './items.ts';
import { hasRole, type Person, type Role } from './people.ts';
import type { Plan } from './plan.ts';
import type { Run } from './run.ts';

/** Who fills a line: a source, anybody who has looked, or named people each for themself. */
export type LineKind = 'machine' | 'human' | 'personal';

/** One line of a plan's checklist, frozen with it: approvers approve also what has to be looked at (invariant 3). */
export type PlanItem = {
  readonly key: ItemKey;
  readonly kind: LineKind;
  /** The roles that may waive it; empty where nobody may. */
  readonly waivers: readonly Role[];
  /** Of a personal line: the ids of all who are asked. Absent on the on-call line, where one of those on call is enough. */
  readonly people?: readonly string[];
};

/** What a target's configuration says about its checklist. */
export type ChecklistSettings = {
  /** Ids of the people who have to acknowledge (R17). */
  readonly stakeholders: readonly string[];
  /** Whether anybody is on call by role or by a source (R18). */
  readonly onCall: boolean;
  /** Who may waive which line; an approver where nothing is said. */
  readonly waivers: PerItem<readonly Role[]>;
  /** What is tried on the application after the change, by name (R61–R64); nothing where it is absent. */
  readonly tests?: readonly string[];
};

/** Nothing said: people confirm what no machine reads. */
export const PLAIN_CHECKLIST: ChecklistSettings = { stakeholders: [], onCall: false, waivers: {} };

const DEFAULT_WAIVERS: readonly Role[] = ['approver'];

/**
 * Every line of the runbook for one target: none is silently missing. A line without a source is a person's; what the runbook does not ask
 * for (the pager, the platform, the team's own hooks) is a line only where it has a source. Pure.
 */
export function checklistFor(sources: readonly ItemKey[], settings: ChecklistSettings): readonly PlanItem[] {
  const known = ITEMS.filter((key) => !OPTIONAL.includes(key) || sources.includes(key));
  const hooks = sources.filter((key) => hookOfItem(key) !== null);
  return [...known, ...hooks].map((key) => {
    const waivers = NEVER_WAIVED.includes(key) ? [] : (settings.waivers[key] ?? DEFAULT_WAIVERS);
    if (key === 'stakeholders' && settings.stakeholders.length > 0)
      return { key, kind: 'personal', waivers, people: settings.stakeholders };
    if (key === 'on_call' && settings.onCall) return { key, kind: 'personal', waivers };
    const filled = !isPeoples(key) && (sources.includes(key) || (BUILT_IN as readonly ItemKey[]).includes(key));
    return { key, kind: filled ? 'machine' : 'human', waivers };
  });
}

/** What every plan was asked before plans said it themselves: old runs in a ledger stay what they were. */
const FORMER: readonly PlanItem[] = [
  ...(
    [
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
    ] as const
  ).map((key): PlanItem => ({ key, kind: 'machine', waivers: [] })),
  ...(['staging', 'stakeholders', 'on_call', 'rollback_review'] as const).map((key): PlanItem => ({ key, kind: 'human', waivers: [] })),
];

/** The lines of a plan. */
export function linesOf(plan: Pick<Plan, 'items'>): readonly PlanItem[] {
  return plan.items ?? FORMER;
}

/** The line of that name; undefined when the plan has none. */
export function lineOf(plan: Pick<Plan, 'items'>, key: string): PlanItem | undefined {
  return linesOf(plan).find((line) => line.key === key);
}

/** The lines of a plan that a health check reads; what was tried on staging is read from the ledger with them. */
export function healthLines(plan: Pick<Plan, 'items'>): readonly ItemKey[] {
  const readable: readonly ItemKey[] = ['staging', ...HEALTH_ITEMS];
  return linesOf(plan).flatMap(({ key, kind }) =>
    kind === 'machine' && (readable.includes(key) || hookOfItem(key) !== null) ? [key] : [],
  );
}

type Kept = Pick<Run, 'plan' | 'evidence' | 'waivers' | 'acknowledged' | 'onCall'>;

/** Where a line stands at `now`. What passes by itself needs no waiver, and a waiver that has expired is none. */
export function lineState(run: Kept, key: ItemKey, now: Instant): ItemState {
  const line = lineOf(run.plan, key);
  const own = line?.kind === 'personal' ? personalState(run, line, now) : itemState(run.evidence[key], now);
  if (own === 'pass') return own;
  return isWaived(run, key, now) ? 'waived' : own;
}

/** Whether a waiver of this line counts at `now`. */
export function isWaived(run: Pick<Run, 'waivers'>, key: ItemKey, now: Instant): boolean {
  const waiver = run.waivers[key];
  return waiver !== undefined && between(now, waiver.expiresAt) > 0;
}

/** Lines that keep the run from starting at `now`. */
export function openItems(run: Kept, now: Instant): readonly ItemKey[] {
  return linesOf(run.plan).flatMap(({ key }) => (['pass', 'waived'].includes(lineState(run, key, now)) ? [] : [key]));
}

/** Lines that are waived at `now`. */
export function waivedItems(run: Kept, now: Instant): readonly ItemKey[] {
  return linesOf(run.plan).flatMap(({ key }) => (lineState(run, key, now) === 'waived' ? [key] : []));
}

/** Whether whoever waived the line may still do so: asked at the click, and again at the start like the approvers (invariant 4). */
export function waiverStands(run: Pick<Run, 'plan' | 'waivers'>, key: ItemKey, people: readonly Person[]): boolean {
  const waiver = run.waivers[key];
  return waiver === undefined || hasRole(people, waiver.by.id, lineOf(run.plan, key)?.waivers ?? []);
}

/** Lines that are waived at `now` by somebody who may not do so any more. */
export function lapsedWaivers(run: Kept, now: Instant, people: readonly Person[]): readonly ItemKey[] {
  return waivedItems(run, now).filter((key) => !waiverStands(run, key, people));
}

/** Whether a waiver is to be given anew at `now`: it stands no more, or would run out before the first write. */
export function waiverRenewable(run: Run, key: ItemKey, { now, people }: { now: Instant; people: readonly Person[] }): boolean {
  const waiver = run.waivers[key];
  if (waiver === undefined || !waiverStands(run, key, people)) return true;
  return renewable(run, { expiresAt: waiver.expiresAt, lifeMs: run.plan.timing.humanEvidenceMs, now });
}

/**
 * Lines whose waiving is worth offering at `now`: what a machine has not read yet, or read well and reads again anyhow, is not. A waiver
 * that would run out before the first write, or whose giver may not waive any more, is offered again.
 */
export function waivableItems(run: Run, now: Instant, people: readonly Person[] = []): readonly ItemKey[] {
  const again = waivedItems(run, now).filter((key) => {
    const ends = run.waivers[key]?.expiresAt ?? now;
    const t0 = firstWriteAt(run);
    return (people.length > 0 && !waiverStands(run, key, people)) || (t0 !== null && !lastsUntil(t0, ends));
  });
  const open = openItems(run, now).filter((key) => {
    const line = lineOf(run.plan, key);
    // While a run holds nothing is read, and what did not pass would seem to do so once it has expired.
    const comesByItself = line?.kind === 'machine' && ['pending', 'expired'].includes(lineState(run, key, now)) && readWell(run, key);
    return line !== undefined && line.waivers.length > 0 && !comesByItself;
  });
  return linesOf(run.plan).flatMap(({ key }) => (again.includes(key) || open.includes(key) ? [key] : []));
}

function readWell({ evidence }: Pick<Run, 'evidence'>, key: ItemKey): boolean {
  return (evidence[key]?.verdict ?? 'pass') === 'pass';
}

/** Whose word a personal line still waits for at `now`; on the on-call line one word is enough, so nobody or everybody. */
export function awaited(run: Kept, line: PlanItem, now: Instant): readonly string[] {
  if (line.people === undefined) return [];
  return line.people.filter((id) => !counts(run, { key: line.key, id, now }));
}

function counts(run: Pick<Run, 'acknowledged'>, { key, id, now }: { key: ItemKey; id: string; now: Instant }): boolean {
  return run.acknowledged[key]?.some(({ by, expiresAt }) => by.id === id && between(now, expiresAt) > 0) === true;
}

function personalState(run: Kept, line: PlanItem, now: Instant): ItemState {
  const given = run.acknowledged[line.key] ?? [];
  const of = line.people === undefined ? given.filter(({ by }) => run.onCall === null || run.onCall.includes(by.id)) : given;
  const live = of.filter(({ expiresAt }) => between(now, expiresAt) > 0);
  const enough = line.people === undefined ? live.length > 0 : awaited(run, line, now).length === 0;
  if (enough) return 'pass';
  return live.length < of.length ? 'expired' : 'pending';
}

/** Those who may answer a personal line, each for themself: the ones it names, or whoever is on call. */
export function askedPeople(run: Pick<Run, 'onCall'>, line: PlanItem, people: readonly Person[]): readonly Person[] {
  if (line.people !== undefined) return people.filter(({ id }) => line.people?.includes(id));
  return onCallOf(run, people);
}

/** Who is on call: whom a source names, or everybody with the role while none does. */
export function onCallOf(run: Pick<Run, 'onCall'>, people: readonly Person[]): readonly Person[] {
  return people.filter(({ id }) => (run.onCall === null ? hasRole(people, id, ['on_call']) : run.onCall.includes(id)));
}

/** What changed between the checklists of two plans, line by line; empty when nothing did. */
export function describeLineChanges(before: Pick<Plan, 'items'>, after: Pick<Plan, 'items'>): readonly string[] {
  const changed = linesOf(after).flatMap((line) => {
    const was = lineOf(before, line.key);
    const title = titleOf(line.key);
    if (was === undefined) return [`${title} is new (${FILLED_BY[line.kind]})`];
    if (was.kind !== line.kind) return [`${title} is ${FILLED_BY[line.kind]} now`];
    if (String(was.people) !== String(line.people)) return [`${title} asks other people`];
    return String(was.waivers) === String(line.waivers) ? [] : [`${title} may be waived by ${rolesText(line.waivers)}`];
  });
  const gone = linesOf(before).flatMap(({ key }) => (lineOf(after, key) === undefined ? [`${titleOf(key)} is gone`] : []));
  return changed.length + gone.length === 0 ? [] : [`The checklist changed in the configuration: ${[...changed, ...gone].join(', ')}.`];
}

const FILLED_BY: Readonly<Record<LineKind, string>> = {
  machine: 'read by a machine',
  human: 'confirmed by a person',
  personal: 'answered personally',
};

/** Roles in words, for a refusal and for what changed. */
export function rolesText(roles: readonly Role[]): string {
  return roles.length === 0 ? 'nobody' : roles.map((role) => role.replace('_', '-')).join(' or ');
}
