import type { ChatUpdateResponse, ConversationsHistoryResponse, FilesInfoResponse } from '@slack/web-api';
import { app, team } from './identifiers.ts';
import type { Message, SharedFile } from './messages.ts';

type Said = NonNullable<ConversationsHistoryResponse['messages']>[number];
type Updated = NonNullable<ChatUpdateResponse['message']>;
type AnsweredFile = Pick<
  NonNullable<FilesInfoResponse['file']>,
  | 'id'
  | 'name'
  | 'title'
  | 'alt_txt'
  | 'size'
  | 'mimetype'
  | 'filetype'
  | 'pretty_type'
  | 'created'
  | 'timestamp'
  | 'user'
  | 'user_team'
  | 'mode'
  | 'editable'
  | 'is_external'
  | 'is_public'
  | 'url_private'
  | 'url_private_download'
  | 'permalink'
>;

/** A message in the shape the SDK knows from Slack's real answers, as every method that answers one has it. */
export type AnsweredMessage = Omit<Said, 'blocks' | 'files' | 'assistant_app_thread' | 'root' | 'attachments' | 'room'> & {
  attachments?: NonNullable<Said['attachments']>;
  blocks?: NonNullable<Said['blocks']> & NonNullable<Updated['blocks']>;
  files?: AnsweredFile[];
};

/** A message as the Web API gives it; metadata only when asked for (`include_all_metadata`). */
export function asAnswered(message: Message, replies: readonly Message[], withMetadata = true): AnsweredMessage {
  const { ts, user, text, blocks, attachments, thread_ts, edited, metadata, files, reactions } = message;
  const threaded = thread_ts ?? (replies.length > 0 ? ts : undefined);
  return {
    type: 'message',
    ...subtypeOf(message),
    ts,
    user: message.deleted === true ? 'USLACKBOT' : user,
    text,
    team: team.id,
    ...(user === app.botUserId && message.deleted !== true ? { bot_id: app.botId, app_id: app.id } : {}),
    // Blocks are whatever the program sent and Block Kit's rules let pass; the SDK's type knows the ones of its time.
    ...(blocks.length > 0 ? { blocks: blocks as unknown as NonNullable<AnsweredMessage['blocks']> } : {}),
    ...(attachments.length > 0 ? { attachments: attachments as unknown as NonNullable<AnsweredMessage['attachments']> } : {}),
    ...(threaded === undefined ? {} : { thread_ts: threaded }),
    ...(replies.length > 0 ? summaryOf(replies) : {}),
    ...(edited ? { edited } : {}),
    ...(metadata && withMetadata ? { metadata } : {}),
    ...(files.length > 0 ? { files: files.map(asFile), upload: true } : {}),
    ...(reactions.size > 0 ? { reactions: [...reactions].map(([name, by]) => ({ name, users: [...by], count: by.size })) } : {}),
  };
}

/** A file as the Web API gives it. */
export function asFile(file: SharedFile): AnsweredFile {
  const { id, name, title, alt_txt, size, mimetype, filetype, created, url, user = app.botUserId } = file;
  return {
    id,
    name,
    title,
    ...(alt_txt === undefined ? {} : { alt_txt }),
    size,
    mimetype,
    filetype,
    pretty_type: filetype.toUpperCase(),
    created,
    timestamp: created,
    user,
    user_team: team.id,
    mode: 'hosted',
    editable: false,
    is_external: false,
    is_public: true,
    url_private: url,
    url_private_download: url,
    permalink: url,
  };
}

function subtypeOf(message: Message): Pick<AnsweredMessage, 'subtype' | 'hidden'> {
  if (message.deleted === true) return { subtype: 'tombstone', hidden: true };
  return message.broadcast ? { subtype: 'thread_broadcast' } : {};
}

function summaryOf(replies: readonly Message[]): AnsweredMessage {
  const users = [...new Set(replies.map((reply) => reply.user))];
  const latest = replies.at(-1);
  return {
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    ...(latest ? { latest_reply: latest.ts } : {}),
    is_locked: false,
    subscribed: false,
  };
}
