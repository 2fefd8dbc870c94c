import { lineOf, linesOf, lineState } from './checklist.ts';
import { countingApprovals } from './gates.ts';
import { firstWriteAt, lastsUntil } from './first-write.ts';
import type { Instant } from './instant.ts';
import { titleOf, type ItemKey } from './items.ts';
import type { Actor, Person } from './people.ts';
import type { Run } from './run.ts';

/** Something that a person gave, that counts now, and that will be missing at the first write. */
export type RunsOut = {
  readonly what: 'approval' | 'confirmation' | 'word' | 'waiver';
  /** The line; null for an approval. */
  readonly item: ItemKey | null;
  readonly by: Pick<Actor, 'id' | 'name'>;
  readonly expiresAt: Instant;
};

/**
 * What counts now and runs out before a first write at `t0`, soonest first: it would hold the run at T-5 or T0, at night (R46). Approvals
 * only when too few are left; what machines read comes anew by itself. Pure.
 */
export function runsOutBefore(run: Run, t0: Instant, context: { now: Instant; people: readonly Person[] }): readonly RunsOut[] {
  const found = [...approvals(run, t0, context), ...linesOf(run.plan).flatMap(({ key }) => line(run, key, { t0, now: context.now }))];
  return found.toSorted((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
}

/** The same for the moment that the run has; none while it has no moment. */
export function runsOut(run: Run, context: { now: Instant; people: readonly Person[] }): readonly RunsOut[] {
  const t0 = firstWriteAt(run);
  return t0 === null ? [] : runsOutBefore(run, t0, context);
}

function approvals(run: Run, t0: Instant, context: { now: Instant; people: readonly Person[] }): readonly RunsOut[] {
  const counting = countingApprovals(run, context);
  const lasting = counting.filter(({ expiresAt }) => lastsUntil(t0, expiresAt));
  if (lasting.length >= run.plan.quorum || counting.length < run.plan.quorum) return [];
  return counting
    .filter((approval) => !lasting.includes(approval))
    .map(({ by, expiresAt }) => ({ what: 'approval', item: null, by, expiresAt }));
}

function line(run: Run, key: ItemKey, { t0, now }: { t0: Instant; now: Instant }): readonly RunsOut[] {
  const state = lineState(run, key, now);
  const kind = lineOf(run.plan, key)?.kind;
  const waiver = run.waivers[key];
  if (state === 'waived' && waiver !== undefined) return ending([{ what: 'waiver', item: key, ...waiver }], t0);
  if (state !== 'pass' || kind === 'machine') return [];
  const evidence = run.evidence[key];
  if (kind === 'human' && evidence !== undefined)
    return ending([{ what: 'confirmation', item: key, by: evidence.actor, expiresAt: evidence.expiresAt }], t0);
  const named = lineOf(run.plan, key)?.people;
  const words = (run.acknowledged[key] ?? []).filter(({ by, expiresAt }) => expiresAt > now && (named?.includes(by.id) ?? true));
  const ends = ending(
    words.map(({ by, expiresAt }) => ({ what: 'word', item: key, by, expiresAt })),
    t0,
  );
  // Of those on call one word is enough.
  return named === undefined && ends.length < words.length ? [] : ends;
}

function ending(entries: readonly RunsOut[], t0: Instant): readonly RunsOut[] {
  return entries
    .filter(({ expiresAt }) => !lastsUntil(t0, expiresAt))
    .map(({ what, item, by, expiresAt }) => ({ what, item, by: { id: by.id, name: by.name }, expiresAt }));
}

/** `the approval of @sam (22:10), "Staging looked at" confirmed by @olga (22:15)`; more than four are counted. */
export function runsOutWords(entries: readonly RunsOut[], at: (instant: Instant) => string): string {
  const named = entries.slice(0, 4).map((entry) => `${words(entry)} (${at(entry.expiresAt)})`);
  return [...named, ...(entries.length > 4 ? [`and ${entries.length - 4} more`] : [])].join(', ');
}

function words({ what, item, by }: RunsOut): string {
  if (what === 'approval' || item === null) return `the approval of @${by.name}`;
  const how = { confirmation: 'confirmed', word: 'answered', waiver: 'waived' } as const;
  return `"${titleOf(item)}" ${how[what]} by @${by.name}`;
}
