import type {
  ConversationsInfoResponse,
  ConversationsJoinResponse,
  ConversationsListResponse,
  ConversationsMembersResponse,
  ConversationsOpenResponse,
} from '@slack/web-api';
import { letAppIn } from '../channel-changes.ts';
import { app, team } from '../identifiers.ts';
import { flagOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { lacking } from './method.ts';
import type { Methods } from './method.ts';
import { pageOf } from './paging.ts';

type Conversation = NonNullable<ConversationsInfoResponse['channel']> & { user?: string };

const kinds = ['public_channel', 'private_channel', 'mpim', 'im'];
/** The kinds there are here, and the scope that lets an app read each. */
const readScopes = { public_channel: 'channels:read', im: 'im:read' } as const;

/** Channels and direct messages. These methods take ids only, as Slack's do. */
export const conversationMethods: Methods = {
  'conversations.info': {
    tier: 3,
    needs: ['channel'],
    answer: onChannel((slack, channel, args) => {
      const conversation = asConversation(channel);
      const count = flagOf(args['include_num_members']) ? { num_members: channel.members.size } : {};
      return readable(slack, channel) ?? ({ ok: true, channel: { ...conversation, ...count } } satisfies ConversationsInfoResponse);
    }),
  },
  'conversations.list': { tier: 2, answer: list },
  'conversations.join': {
    tier: 3,
    scope: 'channels:join',
    needs: ['channel'],
    answer: onChannel((slack, channel) => {
      if (channel.with !== undefined) return refuse('method_not_supported_for_channel_type');
      if (channel.archived) return refuse('is_archived');
      const already = channel.members.has(app.botUserId);
      letAppIn(slack, channel);
      const warning = already ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } } : {};
      return { ok: true, channel: asConversation(channel), ...warning } satisfies ConversationsJoinResponse;
    }),
  },
  'conversations.members': {
    tier: 4,
    needs: ['channel'],
    answer: onChannel((slack, channel, args) => {
      const refusal = readable(slack, channel);
      if (refusal) return refusal;
      const found = pageOf([...channel.members], args, { key: (id) => id, usual: 100, most: 1000 });
      if ('refusal' in found) return found.refusal;
      const members = [...found.page];
      return { ok: true, members, response_metadata: { next_cursor: found.next } } satisfies ConversationsMembersResponse;
    }),
  },
  'conversations.open': { tier: 3, scope: 'im:write', answer: open },
};

/** Finds the channel of `channel`, an id; channel_not_found otherwise. */
export function onChannel(answer: (slack: Slack, channel: Channel, args: Json) => Answer): (slack: Slack, args: Json) => Answer {
  return (slack, args) => {
    const channel = slack.workspace.channels.get(textOf(args['channel']));
    return channel ? answer(slack, channel, args) : refuse('channel_not_found');
  };
}

/** A conversation in the shape of Slack's answers. */
export function asConversation(channel: Channel): Conversation {
  const { id, name, created, archived: is_archived } = channel;
  const common = { id, created, is_archived, context_team_id: team.id, is_org_shared: false, updated: created * 1000 };
  if (channel.with !== undefined) return { ...common, is_im: true, user: channel.with, is_open: true };
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: false,
    is_general: name === 'general',
    is_shared: false,
    is_ext_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    pending_connected_team_ids: [],
    unlinked: 0,
    is_member: channel.members.has(app.botUserId),
    topic: channel.topic,
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  };
}

function readable(slack: Slack, channel: Channel): Answer | undefined {
  return lacking(slack, channel.with === undefined ? readScopes.public_channel : readScopes.im);
}

function list(slack: Slack, args: Json): Answer {
  const types = (textOf(args['types']) || 'public_channel').split(',').map((type) => type.trim());
  if (types.some((type) => !kinds.includes(type))) return refuse('invalid_types');
  for (const [type, scope] of Object.entries(readScopes)) {
    const refusal = types.includes(type) ? lacking(slack, scope) : undefined;
    if (refusal) return refusal;
  }
  const wanted = [...slack.workspace.channels.values()].filter(
    (channel) =>
      types.includes(channel.with === undefined ? 'public_channel' : 'im') && !(flagOf(args['exclude_archived']) && channel.archived),
  );
  const found = pageOf(wanted, args, { key: ({ id }) => id, usual: 100, most: 1000 });
  if ('refusal' in found) return found.refusal;
  const channels = found.page.map((channel) => ({ ...asConversation(channel), num_members: channel.members.size }));
  return { ok: true, channels, response_metadata: { next_cursor: found.next } } satisfies ConversationsListResponse;
}

/** Direct messages with one person; a conversation of several is not there in the local Slack. */
function open({ workspace }: Slack, args: Json): Answer {
  const users = textOf(args['users']);
  if (users.includes(',')) return refuse('method_not_supported_for_channel_type');
  const user = users || workspace.channel(textOf(args['channel']))?.with || '';
  if (user === '') return refuse(textOf(args['channel']) === '' ? 'users_list_not_supplied' : 'channel_not_found');
  if (user === app.botUserId) return refuse('cannot_dm_bot');
  const person = workspace.people.find((candidate) => candidate.id === user);
  if (!person) return refuse('user_not_found');
  if (person.deleted === true) return refuse('user_disabled');
  if (person.dm_blocked === true) return refuse('cannot_dm_bot');
  const channel = workspace.direct(person);
  if (!flagOf(args['return_im'])) return { ok: true, channel: { id: channel.id } } satisfies ConversationsOpenResponse;
  return { ok: true, no_op: true, already_open: true, channel: asConversation(channel) } satisfies ConversationsOpenResponse;
}
