import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { ChannelsClient } from '../../src/slack/channel.ts';
import type { PostingClient } from '../../src/slack/posting.ts';

type PostArguments = Parameters<PostingClient['chat']['postMessage']>[0];

export type Posted = PostArguments & { readonly ts: string; edits: number; gone: boolean };
export type Call = { readonly method: 'post' | 'update' | 'history' | 'replies' | 'list' | 'join' | 'upload'; readonly key: string };

export const CHANNEL = 'C0DEPLOYMENTS';

/** What Slack answers instead: an error word, `ratelimited`, `lost` (applied, but nobody hears of it), or `down` (not applied). */
export type Fault = string;

/** A Slack of our own with the methods the publisher uses, a log of calls, and faults to order. */
export type SmallSlack = PostingClient &
  ChannelsClient & {
    readonly messages: readonly Posted[];
    readonly calls: readonly Call[];
    /** The next calls of this method fail so. */
    fail(method: Call['method'], ...faults: readonly Fault[]): void;
    message(key: string): Posted;
  };

export function aSlack(): SmallSlack {
  const messages: Posted[] = [];
  const calls: Call[] = [];
  const faults = new Map<string, Fault[]>();

  /** Runs the effect unless a fault says otherwise, and throws what the SDK would throw. */
  async function answer<T>(call: Call, effect: () => T): Promise<T> {
    calls.push(call);
    const fault = faults.get(call.method)?.shift();
    if (fault === undefined) return effect();
    if (fault === 'lost') effect();
    if (fault === 'lost' || fault === 'down') throw new WebAPIRequestError(new Error('socket hang up'));
    if (fault === 'ratelimited') throw new WebAPIRateLimitedError(30);
    throw new WebAPIPlatformError({ ok: false, error: fault });
  }

  function history(thread: string | null) {
    return {
      messages: messages.filter(
        (message) => !message.gone && (thread === null ? message.thread_ts === undefined : message.thread_ts === thread),
      ),
    };
  }

  return {
    messages,
    calls,
    fail: (method, ...ordered) => void faults.set(method, [...(faults.get(method) ?? []), ...ordered]),
    message(key) {
      const found = messages.findLast((message) => !message.gone && keyOf(message) === key);
      if (found === undefined) throw new Error(`There is no message ${key}: ${messages.map(keyOf).join(', ')}`);
      return found;
    },
    chat: {
      postMessage: (args) =>
        answer({ method: 'post', key: keyOf(args) }, () => {
          const ts = `1795540000.${String(messages.length).padStart(6, '0')}`;
          messages.push({ ...args, ts, edits: 0, gone: false });
          return { channel: args.channel.startsWith('U') ? args.channel.replace('U', 'D') : args.channel, ts };
        }),
      update: ({ ts, text, blocks }) => {
        const found = messages.find((message) => message.ts === ts);
        return answer({ method: 'update', key: found === undefined ? '' : keyOf(found) }, () => {
          if (found === undefined || found.gone) throw new WebAPIPlatformError({ ok: false, error: 'message_not_found' });
          Object.assign(found, { text, blocks, edits: found.edits + 1 });
        });
      },
    },
    filesUploadV2: ({ filename }) => answer({ method: 'upload', key: filename }, () => ({ ok: true })),
    conversations: {
      history: () => answer({ method: 'history', key: '' }, () => history(null)),
      replies: ({ ts }) => answer({ method: 'replies', key: '' }, () => history(ts)),
      list: () => answer({ method: 'list', key: '' }, () => ({ channels: [{ id: CHANNEL, name: 'deployments', is_member: false }] })),
      join: () => answer({ method: 'join', key: '' }, () => undefined),
    },
  };
}

function keyOf(args: { metadata?: unknown }): string {
  return (args.metadata as { event_payload: { key: string } } | undefined)?.event_payload.key ?? '';
}
