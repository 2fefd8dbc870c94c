import type { HoldReason } from './events.ts';
import { between, plus, type Instant } from './instant.ts';
import { METRIC_NAMES, standingAlerts } from './monitor.ts';
import { watcherSilent } from './presence.ts';
import { isActive, type Run } from './run.ts';

/** What is worth waking somebody for. */
export type PageReason = 'watcher_silent' | 'held' | 'alert' | 'rollback_failed' | 'restore_unsure';

/** A call for the on-call that is wanted now. `key` is the same for its whole life, so that a second call is the same incident. */
export type WantedPage = { readonly key: string; readonly reason: PageReason; readonly summary: string };

/** A call as it was made: `failure` says why nobody could be reached, null when it got through. */
export type Page = WantedPage & {
  readonly at: Instant;
  /** `PagerDuty`, a webhook's host, or `Slack` when no pager is configured. */
  readonly through: string;
  readonly failure: string | null;
  readonly attempts: number;
  /** When its reason was over and the incident was closed. */
  readonly closedAt: Instant | null;
  /** Why the pager could not be told that it is over; absent or null when it was. */
  readonly closing?: string | null;
};

/** Between two tries to get a call through, in milliseconds, and how many there are. */
const AGAIN_MS = 60_000;
const TRIES = 10;

/** Holds that do not wait until morning: the change may be half there, or nobody can see what it does. */
const WAKING: readonly HoldReason[] = ['statement_failed', 'validation_failed', 'monitor_silent', 'target_unreachable', 'restore_failed'];

/** Every reason to call somebody that stands at this moment, whether they were called for it or not. */
export function reasonsToPage(run: Run, now: Instant): readonly WantedPage[] {
  if (!isActive(run)) return [];
  const wanted: WantedPage[] = [];
  if (run.state === 'rollback_failed' && run.end !== null)
    wanted.push({ key: `rollback_failed:${run.end.at}`, reason: 'rollback_failed', summary: `The rollback failed: ${run.end.detail}` });
  if (run.watcher !== null && watcherSilent(run, now)) {
    const summary = `@${run.watcher.actor.name} has not said to be watching in time.`;
    wanted.push({ key: `watcher_silent:${run.watcher.seenAt}`, reason: 'watcher_silent', summary });
  }
  if (run.holding !== null && WAKING.includes(run.holding.reason))
    wanted.push({ key: `held:${run.holding.since}`, reason: 'held', summary: run.holding.detail });
  if (run.state === 'restoring' && run.restore?.sent !== undefined && run.restore.sent.unsure !== '') {
    const { at, unsure, unsureAt = at } = run.restore.sent;
    const summary = `Nobody knows whether the provider takes the database back: ${unsure}`;
    wanted.push({ key: `restore_unsure:${unsureAt}`, reason: 'restore_unsure', summary });
  }
  for (const alert of standingAlerts(run).filter(({ level, acknowledged }) => level === 'roll_back' && acknowledged === null))
    wanted.push({
      key: `alert:${alert.metric}:${alert.raisedAt}`,
      reason: 'alert',
      summary: `${METRIC_NAMES[alert.metric]} is over the limit at which the runbook rolls back.`,
    });
  return wanted;
}

/** The calls to make now: not made yet, or made without getting through a minute ago; ten tries in all. */
export function pagesDue(run: Run, now: Instant): readonly WantedPage[] {
  return reasonsToPage(run, now).filter(({ key }) => {
    const made = run.pages.find((page) => page.key === key);
    if (made === undefined) return true;
    return made.failure !== null && made.attempts < TRIES && between(plus(made.at, AGAIN_MS), now) >= 0;
  });
}

/** The calls that got through and whose reason is over: their incidents are closed. */
export function pagesOver(run: Run, now: Instant): readonly Page[] {
  const standing = new Set(reasonsToPage(run, now).map(({ key }) => key));
  return run.pages.filter((page) => page.failure === null && page.closedAt === null && !standing.has(page.key));
}

/** When a worker has to look at a run for its calls although it does nothing else; null when there are none to make. */
export function pageDueAt(run: Run, now: Instant): Instant | null {
  if (pagesDue(run, now).length > 0 || pagesOver(run, now).length > 0) return now;
  const waiting = run.pages.filter(
    ({ key, failure, attempts }) => failure !== null && attempts < TRIES && reasonsToPage(run, now).some((reason) => reason.key === key),
  );
  return (
    waiting
      .map(({ at }) => plus(at, AGAIN_MS))
      .toSorted()
      .at(0) ?? null
  );
}
