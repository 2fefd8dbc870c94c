import type {
  ConversationsArchiveResponse,
  ConversationsInviteResponse,
  ConversationsKickResponse,
  ConversationsLeaveResponse,
  ConversationsSetTopicResponse,
  ConversationsUnarchiveResponse,
} from '@slack/web-api';
import { channelChanged, removeFrom, setArchived, setTopic } from '../channel-changes.ts';
import { app } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { asConversation, onChannel } from './conversations.ts';
import { lacking } from './method.ts';
import type { Method, Methods } from './method.ts';

const topicLimit = 250;

/** What an app may do to a channel. */
export const channelMethods: Methods = {
  'conversations.archive': managed(2, ['channels:manage', 'channels:write'], (slack, channel) => {
    if (channel.name === 'general') return refuse('cant_archive_general');
    if (channel.archived) return refuse('already_archived');
    if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
    setArchived(slack, channel, true, app.botUserId);
    return { ok: true } satisfies ConversationsArchiveResponse;
  }),
  'conversations.unarchive': managed(2, ['channels:manage', 'channels:write'], (slack, channel) => {
    if (!channel.archived) return refuse('not_archived');
    setArchived(slack, channel, false, app.botUserId);
    return { ok: true } satisfies ConversationsUnarchiveResponse;
  }),
  'conversations.setTopic': managed(2, ['channels:manage', 'channels:write.topic'], (slack, channel, args) => {
    if (channel.archived) return refuse('is_archived');
    if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
    const topic = textOf(args['topic']);
    if (topic.length > topicLimit) return refuse('too_long');
    setTopic(slack, channel, topic, app.botUserId);
    return { ok: true, channel: asConversation(channel) } satisfies ConversationsSetTopicResponse;
  }),
  'conversations.invite': {
    ...managed(3, ['channels:manage', 'channels:write.invites'], invite),
    needs: ['channel', 'users'],
  },
  'conversations.kick': {
    ...managed(3, ['channels:manage', 'channels:write'], (slack, channel, args) => {
      const user = textOf(args['user']);
      if (user === app.botUserId) return refuse('cant_kick_self');
      if (!slack.workspace.people.some(({ id }) => id === user)) return refuse('user_not_found');
      if (channel.name === 'general') return refuse('cant_kick_from_general');
      if (!channel.members.has(user)) return refuse('not_in_channel');
      removeFrom(slack, channel, user, app.botUserId);
      return { ok: true } satisfies ConversationsKickResponse;
    }),
    needs: ['channel', 'user'],
  },
  'conversations.leave': managed(3, ['channels:manage', 'channels:write'], (slack, channel) => {
    if (channel.archived) return refuse('is_archived');
    if (channel.name === 'general') return refuse('cant_leave_general');
    if (!channel.members.has(app.botUserId))
      return { ok: true, not_in_channel: true } satisfies ConversationsLeaveResponse & { not_in_channel: true };
    if (channel.members.size === 1) return refuse('last_member');
    removeFrom(slack, channel, app.botUserId, app.botUserId);
    return { ok: true } satisfies ConversationsLeaveResponse;
  }),
};

/** A method that needs one of the scopes, and a channel that is no direct message. */
function managed(
  tier: Method['tier'],
  scopes: readonly [string, ...string[]],
  answer: (slack: Slack, channel: Channel, args: Json) => Answer,
): Method {
  return {
    tier,
    needs: ['channel'],
    answer: onChannel((slack, channel, args) => {
      const refusal = lacking(slack, ...scopes);
      if (refusal) return refusal;
      return channel.with === undefined ? answer(slack, channel, args) : refuse('method_not_supported_for_channel_type');
    }),
  };
}

function invite(slack: Slack, channel: Channel, args: Json): Answer {
  if (channel.archived) return refuse('is_archived');
  if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
  const users = textOf(args['users']).split(',');
  if (users.includes(app.botUserId)) return refuse('cant_invite_self');
  const people = users.map((id) => slack.workspace.people.find((person) => person.id === id));
  if (people.some((person) => person === undefined || person.deleted === true)) return refuse('user_not_found');
  if (users.every((id) => channel.members.has(id))) return refuse('already_in_channel');
  for (const id of users) channel.members.add(id);
  channelChanged(slack, channel);
  return { ok: true, channel: asConversation(channel) } satisfies ConversationsInviteResponse;
}
