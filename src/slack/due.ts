import { createHash } from 'node:crypto';
import type { Wanted } from './wanted.ts';

/** Where a message stands in Slack and what it shows. `stage` is null when another process posted it. */
export type Standing = {
  readonly channel: string;
  readonly ts: string;
  readonly hash: string;
  readonly stage: string | null;
  /** On the publisher's stopwatch. */
  readonly editedAtMs: number;
};

/** When each kind of call is allowed again, on the publisher's stopwatch. */
export type Pauses = { readonly post: number; readonly update: number; readonly file: number };

/** An edit that was made: of which message, and whether it went ahead of the message's own rhythm. */
export type Edit = { readonly of: string; readonly atMs: number; readonly atOnce: boolean };

/** Edits a minute in all: Slack allows about fifty (docs.slack.dev/apis/web-api/rate-limits). */
export const EDITS_A_MINUTE = 40;
/** Up to how many of them a click's answer may be one; the rest is kept for alerts and results, whatever hands do. */
export const CLICKS_A_MINUTE = 34;
/** Up to how many of them progress may be one: values that move, charts, what nobody waits for (R3). */
export const PROGRESS_A_MINUTE = 24;
/** A message is edited at once so often in so long; what changes faster is merged, three seconds apart (T29). */
const AT_ONCE = 5;
const AT_ONCE_MS = 15_000;
const MERGED_MS = 3_000;
const MINUTE_MS = 60_000;

/** What to do with a message, the smaller rank first: the root, then what is urgent, then what somebody clicked for, then progress. */
export type Due = { readonly kind: 'post' | 'update' | 'file'; readonly rank: number; readonly atOnce: boolean };

/** The moment: the stopwatch, the pauses, what was edited lately, and until when the card's channel and this message have to wait. */
export type Moment = {
  readonly nowMs: number;
  readonly pauses: Pauses;
  readonly edits: readonly Edit[];
  readonly channelAtMs: number;
  readonly waitsUntilMs: number;
};

/** What has to be done about one message now; null when it is up to date or has to wait. */
export function dueOf(message: Wanted, standing: Standing | undefined, at: Moment): Due | null {
  if (at.nowMs < at.waitsUntilMs || (message.to === null && at.nowMs < at.channelAtMs)) return null;
  return standing === undefined ? postOf(message, at) : editOf(message, standing, at);
}

function postOf(message: Wanted, { nowMs, pauses }: Moment): Due | null {
  const kind = message.file === null ? 'post' : 'file';
  if (nowMs < pauses[kind]) return null;
  if (kind === 'file') return { kind, rank: 5, atOnce: false };
  return { kind, rank: message.thread ? (message.urgent ? 1 : 3) : 0, atOnce: false };
}

function editOf(message: Wanted, standing: Standing, { nowMs, pauses, edits }: Moment): Due | null {
  const age = nowMs - standing.editedAtMs;
  const same = standing.hash === hashOf(message);
  if (nowMs < pauses.update || message.file !== null || (same && !(message.watched && age >= MINUTE_MS))) return null;
  const lately = edits.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
  if (!same && standing.stage !== message.stage) {
    if (lately.length >= (message.urgent ? EDITS_A_MINUTE : CLICKS_A_MINUTE)) return null;
    const hurried = lately.filter(({ of, atMs, atOnce }) => atOnce && of === standing.ts && nowMs - atMs < AT_ONCE_MS).length;
    return hurried >= AT_ONCE && age < MERGED_MS ? null : { kind: 'update', rank: message.urgent ? 1 : 2, atOnce: true };
  }
  if (lately.length >= PROGRESS_A_MINUTE || (!same && age < message.everyMs)) return null;
  return { kind: 'update', rank: same ? 6 : 4, atOnce: false };
}

/** What a message shows. The version inside its buttons is left out: it counts every event, and no reader sees it. */
export function hashOf({ text, blocks }: Pick<Wanted, 'text' | 'blocks'>): string {
  const shown = JSON.stringify([text, blocks]).replaceAll(/"run:([^:"]+):v\d+/g, '"run:$1');
  return createHash('sha256').update(shown).digest('hex');
}
