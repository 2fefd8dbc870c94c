import { clickableBlocks } from './attachments.ts';
import type { Attachment } from './attachments.ts';
import { app } from './identifiers.ts';
import type { Json } from './json.ts';
import type { Live } from './live.ts';
import { openRenderings } from './renderings.ts';
import { messageTimestamps } from './time.ts';

export type Block = { readonly type: string; readonly block_id: string } & Json;

export type SharedFile = {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** The person who uploaded it; nobody = the app. */
  readonly user?: string;
  /** What a picture shows, for who cannot see it. */
  readonly alt_txt?: string;
  readonly size: number;
  /** By the ending of the name: `text/plain` unless it is a picture or another kind browsers know. */
  readonly mimetype: string;
  /** The ending of the name, `text` without one. */
  readonly filetype: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly url: string;
};

export type Message = {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly thread_ts?: string;
  /** A thread reply that is also shown in the channel. */
  readonly broadcast: boolean;
  text: string;
  blocks: readonly Block[];
  attachments: readonly Attachment[];
  files: readonly SharedFile[];
  edited?: { readonly user: string; readonly ts: string };
  metadata?: Json;
  /** A deleted root that still has replies stays as a tombstone. */
  deleted?: boolean;
  readonly reactions: Map<string, Set<string>>;
  /** What the program's clock showed at that moment, in epoch seconds; only the page reads it. */
  readonly shown_at: number;
};

/** Seen by one person only, gone when they reload, and nobody can edit it but the response_url that made it. */
export type Ephemeral = {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly thread_ts?: string;
  text: string;
  blocks: readonly Block[];
  attachments: readonly Attachment[];
  readonly shown_at: number;
};

export type NewMessage = {
  readonly channel: string;
  readonly user?: string;
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly Attachment[];
  readonly thread_ts?: string;
  readonly broadcast?: boolean;
  readonly metadata?: Json;
  readonly files?: readonly SharedFile[];
};

/** Said to one person. */
export type NewEphemeral = Pick<NewMessage, 'channel' | 'text' | 'blocks' | 'attachments' | 'thread_ts'> & { readonly user: string };

export type Messages = {
  post(message: NewMessage): Message;
  whisper(ephemeral: NewEphemeral): Ephemeral;
  find(channel: string, ts: string): Message | undefined;
  findEphemeral(channel: string, ts: string): Ephemeral | undefined;
  /** What could be clicked in it: as it stands now, then as it stood before its last edits. */
  renderings(message: Message | Ephemeral): readonly (readonly Block[])[];
  /** Roots and broadcast replies, oldest first. */
  roots(channel: string): Message[];
  /** A root and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  replies(message: Message): Message[];
  ephemerals(user: string): Ephemeral[];
  /** Tell the pages that a message changed. */
  changed(message: Message | Ephemeral): void;
  remove(message: Message | Ephemeral): void;
};

/** Everything that was said. `shownAt` gives the program's time in epoch seconds. */
export function openMessages(live: Live, shownAt: () => number): Messages {
  const nextTs = messageTimestamps();
  const said = new Map<string, Message[]>();
  const whispers: Ephemeral[] = [];
  const shown = openRenderings();
  const inChannel = (channel: string): Message[] => said.get(channel) ?? [];

  const messages: Messages = {
    post(given) {
      const { user = app.botUserId, blocks = [], attachments = [], broadcast = false, files = [], ...rest } = given;
      const content = { user, blocks, attachments, broadcast, files };
      const message: Message = { ...rest, ...content, ts: nextTs(), reactions: new Map(), shown_at: shownAt() };
      said.set(given.channel, [...inChannel(given.channel), message]);
      messages.changed(message);
      const root = given.thread_ts === undefined ? undefined : messages.find(given.channel, given.thread_ts);
      if (root) messages.changed(root);
      return message;
    },
    whisper({ blocks = [], attachments = [], ...rest }) {
      const ephemeral: Ephemeral = { ...rest, ts: nextTs(), blocks, attachments, shown_at: shownAt() };
      whispers.push(ephemeral);
      messages.changed(ephemeral);
      return ephemeral;
    },
    find: (channel, ts) => inChannel(channel).find((message) => message.ts === ts),
    findEphemeral: (channel, ts) => whispers.find((ephemeral) => ephemeral.channel === channel && ephemeral.ts === ts),
    renderings: (message) => [clickableBlocks(message), ...shown.of(keyOf(message))],
    roots: (channel) => inChannel(channel).filter((message) => message.thread_ts === undefined || message.broadcast),
    thread: (channel, ts) => inChannel(channel).filter((message) => message.ts === ts || message.thread_ts === ts),
    replies: (root) => inChannel(root.channel).filter((message) => message.thread_ts === root.ts),
    ephemerals: (user) => whispers.filter((ephemeral) => ephemeral.user === user),
    changed(message) {
      shown.note(keyOf(message), clickableBlocks(message));
      if ('reactions' in message) live.emit({ type: 'message', message: asShown(message, messages.replies(message)) });
      else live.emit({ type: 'ephemeral', ephemeral: message });
    },
    remove(message) {
      if (!('reactions' in message)) {
        whispers.splice(whispers.indexOf(message), 1);
        live.emit({ type: 'gone', channel: message.channel, ts: message.ts });
        return;
      }
      if (messages.replies(message).length > 0) {
        Object.assign(message, { deleted: true, text: 'This message was deleted.', blocks: [], attachments: [], files: [] });
        messages.changed(message);
        return;
      }
      said.set(
        message.channel,
        inChannel(message.channel).filter((other) => other !== message),
      );
      live.emit({ type: 'gone', channel: message.channel, ts: message.ts });
      const root = message.thread_ts === undefined ? undefined : messages.find(message.channel, message.thread_ts);
      if (root) messages.changed(root);
    },
  };
  return messages;
}

function keyOf({ channel, ts }: { readonly channel: string; readonly ts: string }): string {
  return `${channel} ${ts}`;
}

/** A message as the page reads it. */
export function asShown(message: Message, replies: readonly Message[]): Json {
  const { reactions, ...rest } = message;
  return {
    ...rest,
    reactions: [...reactions].map(([name, users]) => ({ name, users: [...users] })),
    reply_count: replies.length,
    reply_users: [...new Set(replies.map((reply) => reply.user))],
    ...(replies.length > 0 ? { latest_reply: replies.at(-1)?.ts, latest_reply_at: replies.at(-1)?.shown_at } : {}),
  };
}
