import type { KnownBlock, MessageMetadata } from '@slack/types';
import { failureOf, type SlackFailure } from './failure.ts';
import type { RenderedMessage } from './render/messages.ts';
import type { SqlFile } from './sql-file.ts';

/** The Web API methods the publisher uses. */
export type PostingClient = {
  readonly chat: {
    postMessage(args: PostArguments): Promise<{ channel?: string; ts?: string }>;
    update(args: { channel: string; ts: string; text: string; blocks: KnownBlock[] }): Promise<unknown>;
  };
  readonly conversations: {
    history(args: HistoryArguments): Promise<History>;
    replies(args: HistoryArguments & { ts: string }): Promise<History>;
  };
  filesUploadV2(args: {
    channel_id: string;
    thread_ts: string;
    filename: string;
    title: string;
    content: string;
    initial_comment: string;
  }): Promise<unknown>;
};

type PostArguments = {
  channel: string;
  text: string;
  blocks: KnownBlock[];
  metadata: MessageMetadata;
  unfurl_links: false;
  unfurl_media: false;
} & ({ thread_ts: string; reply_broadcast: boolean } | { thread_ts?: never; reply_broadcast?: never });

type HistoryArguments = { channel: string; include_all_metadata: true; limit: number; cursor?: string };
type History = {
  messages?: readonly Said[];
  response_metadata?: { next_cursor?: string };
};
type Said = {
  ts?: string;
  metadata?: { event_type?: string; event_payload?: object };
  files?: readonly { id?: string; name?: string | null }[];
};

/** What came of one call. */
export type Sent =
  | { readonly ok: true; readonly channel: string; readonly ts: string }
  | { readonly ok: false; readonly failure: SlackFailure };

/** Marks our messages, so that one whose answer was lost can be found again. Ids only: metadata is visible to every app. */
export const EVENT_TYPE = 'offpeak_run';

/** Where to post: a channel, a thread in it, or a person's id. */
export type Place = { readonly channel: string; readonly thread: string | null };

/** Posts a message of a run: one call, no retry. */
export async function post(client: PostingClient, runId: string, message: RenderedMessage, place: Place): Promise<Sent> {
  return sent(async () => {
    const said = {
      channel: place.channel,
      text: message.text,
      blocks: [...message.blocks],
      metadata: { event_type: EVENT_TYPE, event_payload: { run: runId, key: message.key } },
      unfurl_links: false as const,
      unfurl_media: false as const,
      ...(place.thread === null ? {} : { thread_ts: place.thread, reply_broadcast: message.broadcast }),
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    const { channel = place.channel, ts } = await client.chat.postMessage(said);
    if (ts === undefined) throw new Error('Slack posted without saying where');
    return { channel, ts };
  });
}

/** Replaces what a message says. Doing it twice does no harm. */
export async function edit(client: PostingClient, message: RenderedMessage, place: { channel: string; ts: string }): Promise<Sent> {
  return sent(async () => {
    await client.chat.update({ ...place, text: message.text, blocks: [...message.blocks] });
    return place;
  });
}

/**
 * Puts a file into a thread: three calls, none repeated, of which only the last one shows it.
 * Slack does not say where it stands: the thread and the name stand for its ts, so that it goes adrift with its card like any reply.
 */
export async function upload(client: PostingClient, file: SqlFile, place: Place): Promise<Sent> {
  return sent(async () => {
    const { name: filename, title, content, says } = file;
    await client.filesUploadV2({
      channel_id: place.channel,
      thread_ts: place.thread ?? '',
      filename,
      title,
      content,
      initial_comment: says,
    });
    return fileIn(place, filename);
  });
}

function fileIn({ channel, thread }: Place, name: string): { channel: string; ts: string } {
  return { channel, ts: `${thread ?? ''} ${name}` };
}

/** Pages of a hundred that are read when looking for a lost message; it is a recent one. */
const PAGES = 3;

/**
 * Looks in Slack for a message or file that may have been posted although its answer was lost (T12, T28).
 * Out: where it stands; null when it is not there; a failure when Slack could not be asked, in which case nothing may be posted.
 */
export async function findLost(client: PostingClient, wanted: Lost, place: Place): Promise<Found> {
  try {
    let cursor = '';
    for (let page = 0; page < PAGES; page += 1) {
      const args = { channel: place.channel, include_all_metadata: true as const, limit: 100, ...(cursor === '' ? {} : { cursor }) };
      const history =
        place.thread === null
          ? await client.conversations.history(args)
          : await client.conversations.replies({ ...args, ts: place.thread });
      const found = history.messages?.find((said) => isOurs(said, wanted));
      if (found?.ts !== undefined)
        return { ok: true, at: wanted.file === null ? { channel: place.channel, ts: found.ts } : fileIn(place, wanted.file) };
      cursor = history.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return { ok: true, at: null };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** A message by its metadata, a file by its name. */
type Lost = { readonly runId: string; readonly key: string; readonly file: string | null };
type Found =
  | { readonly ok: true; readonly at: { readonly channel: string; readonly ts: string } | null }
  | { readonly ok: false; readonly failure: SlackFailure };

function isOurs({ metadata, files }: Said, { runId, key, file }: Lost): boolean {
  if (file !== null) return files?.some(({ name }) => name === file) === true;
  if (metadata?.event_type !== EVENT_TYPE || metadata.event_payload === undefined) return false;
  const payload = metadata.event_payload as { run?: unknown; key?: unknown };
  return payload.run === runId && payload.key === key;
}

async function sent(call: () => Promise<{ channel: string; ts: string }>): Promise<Sent> {
  try {
    return { ok: true, ...(await call()) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
