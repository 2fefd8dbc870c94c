import type {
  ChatDeleteResponse,
  ChatGetPermalinkResponse,
  ChatPostEphemeralResponse,
  ChatPostMessageResponse,
  ChatUpdateResponse,
} from '@slack/web-api';
import { asAnswered } from '../answered.ts';
import { keptAttachments } from '../attachments.ts';
import { app } from '../identifiers.ts';
import { flagOf, isObject, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { epochSeconds } from '../time.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import type { Methods } from './method.ts';
import { contentOf, postable, refusedAttachments, refusedBlocks, refusedMetadata, refusedPictures } from './posting.ts';

const editLimit = 4_000;

/** Messages (docs.slack.dev/reference/methods/chat.postMessage and its siblings). */
export const chatMethods: Methods = {
  'chat.postMessage': { tier: 'posting', scope: 'chat:write', needs: ['channel'], answer: post },
  'chat.update': { tier: 3, scope: 'chat:write', needs: ['channel', 'ts'], answer: update },
  'chat.delete': {
    tier: 3,
    scope: 'chat:write',
    needs: ['channel', 'ts'],
    answer(slack, args) {
      const found = own(slack, args, 'cant_delete_message');
      if ('refusal' in found) return found.refusal;
      const { channel, ts } = found.message;
      slack.messages.remove(found.message);
      return { ok: true, channel, ts } satisfies ChatDeleteResponse;
    },
  },
  'chat.postEphemeral': { tier: 4, scope: 'chat:write', needs: ['channel', 'user'], answer: whisper },
  'chat.getPermalink': {
    tier: 'special',
    needs: ['channel', 'message_ts'],
    answer({ workspace, messages, baseUrl }, args) {
      const channel = workspace.channels.get(textOf(args['channel']));
      if (!channel) return refuse('channel_not_found');
      const message = messages.find(channel.id, textOf(args['message_ts']));
      if (!message) return refuse('message_not_found');
      const thread = message.thread_ts === undefined ? '' : `?thread_ts=${message.thread_ts}&cid=${channel.id}`;
      const permalink = `${baseUrl}/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
      return { ok: true, channel: channel.id, permalink } satisfies ChatGetPermalinkResponse;
    },
  },
};

function post(slack: Slack, args: Json): Answer {
  const place = postable(slack, textOf(args['channel']));
  if ('refusal' in place) return place.refusal;
  const said = contentOf(slack, args);
  if ('refusal' in said) return said.refusal;
  const channel = place.channel.id;
  const thread = threadRoot(slack, channel, textOf(args['thread_ts']));
  if (thread === 'gone') return refuse('thread_not_found');
  const broadcast = thread !== undefined && flagOf(args['reply_broadcast']);
  const { truncated, ...content } = said.content;
  const message = slack.messages.post({ channel, broadcast, ...content, ...(thread === undefined ? {} : { thread_ts: thread }) });
  const warning = truncated ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {};
  return { ok: true, channel, ts: message.ts, message: asAnswered(message, []), ...warning } satisfies ChatPostMessageResponse;
}

/** Threads are one deep: a reply to a reply belongs to the root. `gone` when there is no such message. */
export function threadRoot(slack: Slack, channel: string, ts: string): string | undefined {
  if (ts === '') return undefined;
  const found = slack.messages.find(channel, ts);
  return found ? (found.thread_ts ?? found.ts) : 'gone';
}

/** Text without blocks takes the blocks away and shows "(edited)"; new blocks do not; metadata and attachments stay unless given anew. */
function update(slack: Slack, args: Json): Answer {
  if (slack.workspace.channels.get(textOf(args['channel']))?.archived === true) return refuse('is_inactive');
  const found = own(slack, args, 'cant_update_message');
  if ('refusal' in found) return found.refusal;
  const { message } = found;
  const text = textOf(args['markdown_text']) || textOf(args['text']);
  const refusal =
    refusedBlocks(args['blocks']) ??
    refusedPictures(slack, args['blocks']) ??
    refusedAttachments(args['attachments']) ??
    refusedMetadata(args['metadata']);
  if (refusal) return refusal;
  if (text.length > editLimit) return refuse('msg_too_long');
  const blocks = withBlockIds(listOf(args['blocks']));
  const attachments = Array.isArray(args['attachments']) ? keptAttachments(args['attachments']) : message.attachments;
  if (text === '' && blocks.length === 0 && attachments.length === 0) return refuse('no_text');
  const plain = blocks.length === 0;
  if (plain && text !== message.text) message.edited = { user: app.botUserId, ts: `${epochSeconds()}.000000` };
  message.text = text;
  message.blocks = blocks;
  message.attachments = attachments;
  if (isObject(args['metadata'])) message.metadata = args['metadata'];
  slack.messages.changed(message);
  const answered = asAnswered(message, slack.messages.replies(message));
  return { ok: true, channel: message.channel, ts: message.ts, text, message: answered } satisfies ChatUpdateResponse;
}

/** A message of the app's own, by channel id and ts. An ephemeral one is not found: nobody can edit or delete those by method. */
function own(slack: Slack, args: Json, notYours: string): { readonly message: Message } | { readonly refusal: Answer } {
  const channel = slack.workspace.channels.get(textOf(args['channel']));
  if (!channel) return { refusal: refuse('channel_not_found') };
  const message = slack.messages.find(channel.id, textOf(args['ts']));
  if (!message || message.deleted === true) return { refusal: refuse('message_not_found') };
  if (message.user !== app.botUserId) return { refusal: refuse(notYours) };
  return { message };
}

function whisper(slack: Slack, args: Json): Answer {
  const place = postable(slack, textOf(args['channel']));
  if ('refusal' in place) return place.refusal;
  const user = textOf(args['user']);
  if (!place.channel.members.has(user) || slack.workspace.person(user)?.deleted === true) return refuse('user_not_in_channel');
  const said = contentOf(slack, args);
  if ('refusal' in said) return said.refusal;
  const thread = threadRoot(slack, place.channel.id, textOf(args['thread_ts']));
  if (thread === 'gone') return refuse('thread_not_found');
  const { text, blocks, attachments } = said.content;
  const ephemeral = slack.messages.whisper({
    channel: place.channel.id,
    user,
    text,
    blocks,
    attachments,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  return { ok: true, message_ts: ephemeral.ts } satisfies ChatPostEphemeralResponse;
}
