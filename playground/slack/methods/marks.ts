import { app } from '../identifiers.ts';
import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import type { Methods } from './method.ts';

/** What hangs on a message: pins and reactions. */
export const markMethods: Methods = {
  'pins.add': {
    tier: 2,
    scope: 'pins:write',
    answer: onMessage((slack, { channel, message }) => {
      if (channel.pins.has(message.ts)) return refuse('already_pinned');
      channel.pins.add(message.ts);
      slack.live.emit({ type: 'pins', channel: channel.id, pins: [...channel.pins] });
      return { ok: true };
    }),
  },
  'pins.remove': {
    tier: 2,
    scope: 'pins:write',
    answer: onMessage((slack, { channel, message }) => {
      if (!channel.pins.delete(message.ts)) return refuse('no_pin');
      slack.live.emit({ type: 'pins', channel: channel.id, pins: [...channel.pins] });
      return { ok: true };
    }),
  },
  'reactions.add': {
    tier: 3,
    scope: 'reactions:write',
    answer: onMessage((slack, { message }, args) => {
      const name = textOf(args['name']).replaceAll(':', '');
      if (!/^[a-z0-9_+'-]+$/.test(name)) return refuse('invalid_name');
      const by = message.reactions.get(name) ?? new Set();
      if (by.has(app.botUserId)) return refuse('already_reacted');
      message.reactions.set(name, by.add(app.botUserId));
      slack.messages.changed(message);
      return { ok: true };
    }),
  },
  'reactions.remove': {
    tier: 2,
    scope: 'reactions:write',
    answer: onMessage((slack, { message }, args) => {
      const name = textOf(args['name']).replaceAll(':', '');
      const by = message.reactions.get(name);
      if (!by?.delete(app.botUserId)) return refuse('no_reaction');
      if (by.size === 0) message.reactions.delete(name);
      slack.messages.changed(message);
      return { ok: true };
    }),
  },
};

type Marked = { readonly channel: Channel; readonly message: Message };

function onMessage(answer: (slack: Slack, found: Marked, args: Json) => Answer): (slack: Slack, args: Json) => Answer {
  return (slack, args) => {
    const channel = slack.workspace.channels.get(textOf(args['channel']));
    if (!channel) return refuse('channel_not_found');
    if (!channel.members.has(app.botUserId)) return refuse('not_in_channel');
    const message = slack.messages.find(channel.id, textOf(args['timestamp']));
    return message ? answer(slack, { channel, message }, args) : refuse('message_not_found');
  };
}
