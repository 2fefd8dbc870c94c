import { createHash } from 'node:crypto';
import type { RenderedMessage } from './render/messages.ts';

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
export type Pauses = { readonly post: number; readonly update: number };

/** Edits a minute in all: Slack allows about fifty, and the rest is kept for what cannot wait (R3). */
export const EDITS_A_MINUTE = 40;
const MINUTE_MS = 60_000;

/** What to do with a message, the smaller rank first: the root, then what is urgent, then what somebody clicked for, then progress. */
export type Due = { readonly kind: 'post' | 'update'; readonly rank: number };

/** What has to be done about one message now; null when it is up to date or has to wait. */
export function dueOf(
  message: RenderedMessage,
  standing: Standing | undefined,
  at: { readonly nowMs: number; readonly pauses: Pauses; readonly edits: readonly number[] },
): Due | null {
  const { nowMs, pauses, edits } = at;
  if (standing === undefined) {
    if (nowMs < pauses.post) return null;
    return { kind: 'post', rank: message.thread ? (message.urgent ? 1 : 3) : 0 };
  }
  if (standing.hash === hashOf(message) || nowMs < pauses.update) return null;
  if (message.urgent) return { kind: 'update', rank: 1 };
  if (standing.stage !== message.stage) return { kind: 'update', rank: 2 };
  const inTheLastMinute = edits.filter((edit) => nowMs - edit < MINUTE_MS).length;
  if (nowMs - standing.editedAtMs < message.everyMs || inTheLastMinute >= EDITS_A_MINUTE) return null;
  return { kind: 'update', rank: 4 };
}

/** What a message shows. The version inside its buttons is left out: it counts every event, and no reader sees it. */
export function hashOf({ text, blocks }: Pick<RenderedMessage, 'text' | 'blocks'>): string {
  const shown = JSON.stringify([text, blocks]).replaceAll(/"run:([^:"]+):v\d+/g, '"run:$1');
  return createHash('sha256').update(shown).digest('hex');
}
