import { setTimeout as pause } from 'node:timers/promises';
import type { EnvelopedEvent } from '@slack/bolt';
import type { Deliveries, Delivered } from './deliveries.ts';
import { app, freshId, team, verificationToken } from './identifiers.ts';
import { epochSeconds } from './time.ts';

/** Something that happened in the workspace, as Slack's Events API describes it; its shapes are in @slack/types. */
export type Happening = { readonly type: string; readonly subtype?: string | undefined; readonly channel_type?: string };

export type Events = {
  /**
   * Tells the program, if its manifest asked for this event: at once, and again until it is acknowledged or the tries are
   * used up. Answers after the first try; undefined when nobody asked.
   */
  happened(event: Happening): Promise<Delivered | undefined>;
  stop(): void;
};

/** Slack's waits before each try, in ms: at once, at once again, after a minute, after five. */
const slackDelaysMs = [0, 0, 60_000, 300_000] as const;

/** A message's subscription is by the kind of channel it stands in: `message.channels`, `message.im`. */
function subscriptionOf({ type, channel_type }: Happening): string {
  if (type !== 'message') return type;
  return channel_type === 'im' ? 'message.im' : 'message.channels';
}

/** The Events API: only what was subscribed to, wrapped as Slack wraps it, each event under one id through all its tries. */
export function openEvents(parts: {
  readonly deliveries: Deliveries;
  readonly subscribed: readonly string[];
  readonly delaysMs?: readonly number[] | undefined;
  /** What retry_reason says: the two ways to the program fail in different words. */
  readonly overHttp: boolean;
}): Events {
  const stopped = new AbortController();
  const [, ...waits] = parts.delaysMs ?? slackDelaysMs;

  function reasonOf(delivered: Delivered): string {
    if (delivered.acknowledged || !parts.overHttp) return 'timeout';
    return { no_socket: 'connection_failed', timeout: 'http_timeout', http_error: 'http_error' }[delivered.reason];
  }

  async function again(name: string, payload: EnvelopedEvent<Happening>, first: Delivered): Promise<void> {
    let last = first;
    for (const [index, wait] of waits.entries()) {
      try {
        await pause(wait, undefined, { ref: false, signal: stopped.signal });
      } catch {
        return;
      }
      const retry = { retry_attempt: index + 1, retry_reason: reasonOf(last) };
      last = await parts.deliveries.send({ type: 'events_api', name, payload, ...retry });
      if (last.acknowledged) return;
    }
  }

  return {
    async happened(event) {
      if (!parts.subscribed.includes(subscriptionOf(event))) return undefined;
      const name = event.subtype === undefined ? event.type : `${event.type} ${event.subtype}`;
      const payload = enveloped(event);
      const first = await parts.deliveries.send({ type: 'events_api', name, payload });
      if (!first.acknowledged) void again(name, payload, first);
      return first;
    },
    stop: () => stopped.abort(),
  };
}

function enveloped(event: Happening): EnvelopedEvent<Happening> {
  return {
    token: verificationToken,
    team_id: team.id,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: freshId('Ev'),
    event_time: epochSeconds(),
    authorizations: [{ enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  };
}
