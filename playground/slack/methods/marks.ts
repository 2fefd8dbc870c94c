import type {
  BookmarksAddResponse,
  BookmarksListResponse,
  PinsAddResponse,
  PinsListResponse,
  PinsRemoveResponse,
  ReactionsAddResponse,
  ReactionsRemoveResponse,
} from '@slack/web-api';
import { asAnswered } from '../answered.ts';
import { app, freshId, team } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { epochSeconds } from '../time.ts';
import type { Bookmark, Channel } from '../workspace.ts';
import { onChannel } from './conversations.ts';
import type { Methods } from './method.ts';

/** What hangs on a message or a channel: pins, reactions, bookmarks. */
export const markMethods: Methods = {
  'pins.add': {
    tier: 2,
    scope: 'pins:write',
    needs: ['channel'],
    answer: onMessage((slack, { channel, message }) => {
      if (channel.pins.has(message.ts)) return refuse('already_pinned');
      channel.pins.add(message.ts);
      slack.live.emit({ type: 'pins', channel: channel.id, pins: [...channel.pins] });
      return { ok: true } satisfies PinsAddResponse;
    }),
  },
  'pins.remove': {
    tier: 2,
    scope: 'pins:write',
    needs: ['channel'],
    answer: onMessage((slack, { channel, message }) => {
      if (!channel.pins.delete(message.ts)) return refuse('no_pin');
      slack.live.emit({ type: 'pins', channel: channel.id, pins: [...channel.pins] });
      return { ok: true } satisfies PinsRemoveResponse;
    }),
  },
  'pins.list': {
    tier: 2,
    scope: 'pins:read',
    needs: ['channel'],
    answer: onChannel(({ messages }, channel) => {
      const pinned = [...channel.pins].map((ts) => messages.find(channel.id, ts)).filter((message) => message !== undefined);
      const items = pinned.map((message) => ({ type: 'message', channel: channel.id, message: asAnswered(message, []) }));
      // The SDK's type of a pinned message is older than its type of a message.
      return { ok: true, items: items as unknown as NonNullable<PinsListResponse['items']> } satisfies PinsListResponse;
    }),
  },
  'reactions.add': {
    tier: 3,
    scope: 'reactions:write',
    needs: ['channel', 'name', 'timestamp'],
    answer: onMessage((slack, { channel, message }, args) => {
      if (channel.archived) return refuse('is_archived');
      const name = emojiOf(args);
      if (name === undefined) return refuse('invalid_name');
      const by = message.reactions.get(name) ?? new Set();
      if (by.has(app.botUserId)) return refuse('already_reacted');
      message.reactions.set(name, by.add(app.botUserId));
      slack.messages.changed(message);
      return { ok: true } satisfies ReactionsAddResponse;
    }),
  },
  'reactions.remove': {
    tier: 2,
    scope: 'reactions:write',
    needs: ['name'],
    answer: onMessage((slack, { message }, args) => {
      const name = emojiOf(args);
      if (name === undefined) return refuse('invalid_name');
      const by = message.reactions.get(name);
      if (!by?.delete(app.botUserId)) return refuse('no_reaction');
      if (by.size === 0) message.reactions.delete(name);
      slack.messages.changed(message);
      return { ok: true } satisfies ReactionsRemoveResponse;
    }),
  },
  'bookmarks.add': {
    tier: 2,
    scope: 'bookmarks:write',
    needs: ['channel_id', 'title', 'type'],
    answer: onBookmarked((channel, args) => {
      if (textOf(args['type']) !== 'link') return refuse('invalid_bookmark_type');
      const link = textOf(args['link']);
      if (!/^https?:\/\//.test(link)) return refuse('invalid_link');
      const emoji = textOf(args['emoji']);
      if (emoji !== '' && !/^:[\w+'-]+:$/.test(emoji)) return refuse('invalid_emoji');
      const bookmark = { id: freshId('Bk'), title: textOf(args['title']), link, emoji, at: epochSeconds() };
      channel.bookmarks.push(bookmark);
      return { ok: true, bookmark: asBookmark(channel, bookmark) } satisfies BookmarksAddResponse;
    }),
  },
  'bookmarks.list': {
    tier: 3,
    scope: 'bookmarks:read',
    needs: ['channel_id'],
    answer: onBookmarked((channel) => {
      const bookmarks = channel.bookmarks.map((bookmark) => asBookmark(channel, bookmark));
      return { ok: true, bookmarks } satisfies BookmarksListResponse;
    }),
  },
};

type Marked = { readonly channel: Channel; readonly message: Message };

/** The message that `channel` and `timestamp` name, in a channel the app is in. */
function onMessage(answer: (slack: Slack, found: Marked, args: Json) => Answer): (slack: Slack, args: Json) => Answer {
  return onChannel((slack, channel, args) => {
    const ts = textOf(args['timestamp']);
    if (ts === '') return refuse('no_item_specified');
    if (!/^\d+\.\d+$/.test(ts)) return refuse('bad_timestamp');
    if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
    const message = slack.messages.find(channel.id, ts);
    return message ? answer(slack, { channel, message }, args) : refuse('message_not_found');
  });
}

function onBookmarked(answer: (channel: Channel, args: Json) => Answer): (slack: Slack, args: Json) => Answer {
  return ({ workspace }, args) => {
    const channel = workspace.channels.get(textOf(args['channel_id']));
    return channel ? answer(channel, args) : refuse('channel_not_found');
  };
}

function emojiOf(args: Json): string | undefined {
  const name = textOf(args['name']).replaceAll(':', '');
  return /^[a-z0-9_+'-]+$/.test(name) ? name : undefined;
}

function asBookmark(channel: Channel, { id, title, link, emoji, at }: Bookmark): NonNullable<BookmarksAddResponse['bookmark']> {
  return {
    id,
    channel_id: channel.id,
    title,
    link,
    emoji,
    type: 'link',
    date_created: at,
    date_updated: 0,
    app_id: app.id,
    last_updated_by_team_id: team.id,
  };
}
