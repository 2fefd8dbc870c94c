import { app, team } from '../identifiers.ts';
import { flagOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { asAnswered } from '../messages.ts';
import type { Message } from '../messages.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import type { Methods } from './method.ts';

/** Channels and direct messages. These methods take ids only, as Slack's do. */
export const conversationMethods: Methods = {
  'conversations.info': {
    tier: 3,
    scope: 'channels:read',
    answer: inChannel((_, channel) => ({ ok: true, channel: asConversation(channel) })),
  },
  'conversations.list': {
    tier: 2,
    scope: 'channels:read',
    answer({ workspace }, args) {
      const types = (textOf(args['types']) || 'public_channel').split(',');
      const wanted = [...workspace.channels.values()].filter((channel) =>
        types.includes(channel.with === undefined ? 'public_channel' : 'im'),
      );
      const listed = wanted.filter((channel) => !(flagOf(args['exclude_archived']) && channel.archived));
      return { ok: true, channels: listed.map(asConversation), response_metadata: { next_cursor: '' } };
    },
  },
  'conversations.join': {
    tier: 3,
    scope: 'channels:join',
    answer: inChannel((slack, channel) => {
      if (channel.with !== undefined) return refuse('method_not_supported_for_channel_type');
      if (channel.archived) return refuse('is_archived');
      const already = channel.members.has(app.botUserId);
      channel.members.add(app.botUserId);
      slack.live.emit({ type: 'joined', channel: channel.id });
      const warning = already ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } } : {};
      return { ok: true, channel: asConversation(channel), ...warning };
    }),
  },
  'conversations.members': {
    tier: 4,
    scope: 'channels:read',
    answer: inChannel((_, channel) => ({ ok: true, members: [...channel.members], response_metadata: { next_cursor: '' } })),
  },
  'conversations.open': {
    tier: 3,
    scope: 'im:write',
    answer({ workspace }, args) {
      const asked = textOf(args['channel']);
      const user = textOf(args['users']) || workspace.channel(asked)?.with || '';
      if (user === '') return refuse('users_list_not_supplied');
      const person = workspace.people.find((candidate) => candidate.id === user);
      if (!person) return refuse('user_not_found');
      if (person.deleted === true) return refuse('user_disabled');
      return { ok: true, channel: asConversation(workspace.direct(person)) };
    },
  },
  'conversations.history': {
    tier: 3,
    scope: 'channels:history',
    answer: inChannel((slack, channel, args) => {
      if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
      return page(slack, slack.messages.roots(channel.id).toReversed(), args);
    }),
  },
  'conversations.replies': {
    tier: 3,
    scope: 'channels:history',
    answer: inChannel((slack, channel, args) => {
      if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
      const found = slack.messages.find(channel.id, textOf(args['ts']));
      if (!found) return refuse('thread_not_found');
      return page(slack, slack.messages.thread(channel.id, found.thread_ts ?? found.ts), args);
    }),
  },
};

function inChannel(answer: (slack: Slack, channel: Channel, args: Json) => Answer): (slack: Slack, args: Json) => Answer {
  return (slack, args) => {
    const channel = slack.workspace.channels.get(textOf(args['channel']));
    return channel ? answer(slack, channel, args) : refuse('channel_not_found');
  };
}

/** One page of messages between `oldest` and `latest`; the cursor is the number of messages already given. */
function page(slack: Slack, messages: readonly Message[], args: Json): Answer {
  const oldest = Number(textOf(args['oldest']) || 0);
  const latest = Number(textOf(args['latest']) || Number.POSITIVE_INFINITY);
  const inclusive = flagOf(args['inclusive']);
  const limit = Math.min(999, Number(textOf(args['limit']) || 100));
  const from = Number(textOf(args['cursor']) || 0);
  const inRange = messages.filter(({ ts }) =>
    inclusive ? Number(ts) >= oldest && Number(ts) <= latest : Number(ts) > oldest && Number(ts) < latest,
  );
  const shown = inRange.slice(from, from + limit);
  const more = inRange.length > from + limit;
  const withMetadata = flagOf(args['include_all_metadata']);
  return {
    ok: true,
    messages: shown.map((message) => asAnswered(message, slack.messages.replies(message), withMetadata)),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : '' },
  };
}

function asConversation(channel: Channel): Json {
  const direct = channel.with !== undefined;
  return {
    id: channel.id,
    ...(direct ? { user: channel.with } : { name: channel.name, name_normalized: channel.name }),
    is_channel: !direct,
    is_group: false,
    is_im: direct,
    is_mpim: false,
    is_private: direct,
    is_archived: channel.archived,
    is_member: channel.members.has(app.botUserId),
    num_members: channel.members.size,
    context_team_id: team.id,
    is_general: channel.name === 'general',
    is_shared: false,
    is_ext_shared: false,
  };
}
