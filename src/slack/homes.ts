import type { HomeView } from '@slack/types';
import type { Log } from '../ports.ts';
import { failureOf } from './failure.ts';

/** The one method used. `hash` is of the view that ours replaces. */
export type HomesClient = {
  readonly views: {
    publish(args: { user_id: string; view: HomeView; hash?: string }): Promise<{ view?: { hash?: string } }>;
  };
};

/** Home tabs of those who look at them (R12). No method ever rejects: the card in the channel is what counts. */
export type Homes = {
  /** Somebody opened the tab: drawn at once, and kept current for a day. */
  opened(userId: string): Promise<void>;
  /** A run has changed: the next tick looks at every tab. */
  changed(): void;
  /** To be called about once a second. */
  tick(): Promise<void>;
};

type Tab = { readonly openedAtMs: number; readonly shown: string; readonly hash: string | null };

/** Somebody who opened the tab so long ago does not look at it any more. */
const DAY_MS = 86_400_000;
/** After a change, and without one: health and windows change by themselves. */
const BUSY_MS = 3_000;
const CALM_MS = 30_000;
/** More people than this at once are beyond Slack's limit a minute; they see their tab when they open it again. */
const TABS = 50;

/** Draws tabs when they are opened and publishes again only what has changed; waits when Slack says so, and stops when the tab is off (T21). */
export function homes(known: {
  readonly client: HomesClient;
  readonly draw: (userId: string) => Promise<HomeView>;
  readonly log: Log;
  readonly elapsedMs: () => number;
}): Homes {
  const { client, draw, log, elapsedMs } = known;
  const tabs = new Map<string, Tab>();
  let changed = false;
  let off = false;
  let roundAtMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let queue: Promise<void> = Promise.resolve();

  /** One publication after the other, so that an older drawing never follows a newer one. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work, work);
    return queue;
  }

  async function publish(userId: string): Promise<void> {
    const tab = tabs.get(userId);
    if (tab === undefined || off || elapsedMs() < pausedUntilMs) return;
    try {
      const view = await draw(userId);
      const shown = JSON.stringify(view);
      if (shown === tab.shown) return;
      const { view: published } = await client.views.publish({ user_id: userId, view, ...(tab.hash === null ? {} : { hash: tab.hash }) });
      tabs.set(userId, { ...tab, shown, hash: published?.hash ?? null });
    } catch (error) {
      failed(userId, tab, error);
    }
  }

  function failed(userId: string, tab: Tab, error: unknown): void {
    const failure = failureOf(error);
    // Whatever it shows now is not what we drew: the next round publishes over it.
    tabs.set(userId, { ...tab, shown: '', hash: null });
    if (failure.kind === 'rate_limited') {
      pausedUntilMs = elapsedMs() + failure.retryAfterMs;
      changed = true;
    } else if (failure.kind === 'refused' && failure.error === 'not_enabled') {
      off = true;
      log.warn({}, "the Home tab is switched off in the app's settings (App Home, Home Tab); nothing else needs it");
    } else if (failure.kind === 'refused' && failure.error === 'hash_conflict') changed = true;
    else log.warn({ user: userId, failure }, 'the Home tab could not be drawn');
  }

  async function round(): Promise<void> {
    changed = false;
    roundAtMs = elapsedMs();
    for (const [userId, { openedAtMs }] of tabs) {
      if (elapsedMs() - openedAtMs > DAY_MS) tabs.delete(userId);
      else await publish(userId);
    }
  }

  return {
    opened: (userId) =>
      inTurn(() => {
        tabs.delete(userId);
        tabs.set(userId, { openedAtMs: elapsedMs(), shown: '', hash: null });
        const [oldest] = tabs.keys();
        if (tabs.size > TABS && oldest !== undefined) tabs.delete(oldest);
        return publish(userId);
      }),
    changed() {
      changed = true;
    },
    async tick() {
      const sinceMs = elapsedMs() - roundAtMs;
      if (off || elapsedMs() < pausedUntilMs || sinceMs < (changed ? BUSY_MS : CALM_MS)) return;
      await inTurn(round);
    },
  };
}
