import type { Json } from '../json.ts';
import type { Ephemeral, Message } from '../messages.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';

/** A channel's roots, or one thread with its root first, oldest first. */
export function messagesOf({ messages }: Slack, channel: Channel, threadTs: string | undefined): Json[] {
  const listed =
    threadTs === undefined
      ? messages.roots(channel.id).filter((message) => message.thread_ts === undefined)
      : messages.thread(channel.id, threadTs);
  return listed.map((message) => row(message, messages.replies(message).length));
}

export function ephemeralsOf({ messages }: Slack, user: string): Json[] {
  return messages.ephemerals(user).map(({ ts, channel, thread_ts, text, blocks, attachments }: Ephemeral) => ({
    ts,
    channel,
    ...(thread_ts === undefined ? {} : { thread_ts }),
    text,
    blocks,
    ...(attachments.length > 0 ? { attachments } : {}),
  }));
}

function row({ ts, thread_ts, user, text, blocks, attachments, edited, metadata, files }: Message, replies: number): Json {
  return {
    ts,
    ...(thread_ts === undefined ? {} : { thread_ts }),
    user,
    text,
    blocks,
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(edited ? { edited } : {}),
    ...(files.length > 0 ? { files } : {}),
    reply_count: replies,
    metadata: metadata ?? null,
  };
}
