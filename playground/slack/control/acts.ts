import { messageSaid } from '../happenings.ts';
import { app } from '../identifiers.ts';
import { clickMessage, clickView, messageFor } from '../interactions/click.ts';
import { openHome } from '../interactions/home.ts';
import { reject, undelivered } from '../interactions/outcome.ts';
import type { Outcome, Rejected } from '../interactions/outcome.ts';
import { useShortcut } from '../interactions/shortcut.ts';
import { asTyped, slash } from '../interactions/slash.ts';
import { closeTop, submit } from '../interactions/submit.ts';
import { suggest } from '../interactions/suggest.ts';
import { objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { channelIn, viewIn } from './found.ts';
import { refusedWriting, rootOf } from './may-write.ts';

type Act = (slack: Slack, person: Person, given: Json) => Promise<Outcome | Rejected>;

/** What a person can do, by the last part of `/_control/<act>`. */
export const acts: Readonly<Record<string, Act>> = {
  async slash(slack, person, given) {
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    const refusal = refusedWriting(person, channel);
    if (refusal) return refusal;
    const line = textOf(given['text']);
    if (textOf(given['thread_ts']) !== '') return reject(`${line.split(' ')[0]} is not supported in threads. Sorry!`, {}, 400);
    return slash(slack, { person, channel, line });
  },
  async click(slack, person, given) {
    const blockId = textOf(given['block_id']);
    const wanted = { action_id: textOf(given['action_id']), value: given['value'], ...(blockId === '' ? {} : { block_id: blockId }) };
    if (given['view_id'] !== undefined) {
      const view = viewIn(slack, person, given['view_id']);
      return 'status' in view ? view : clickView(slack, { person, view, wanted, values: objectOf(given['values']) });
    }
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    return clickMessage(slack, { person, channel, ts: textOf(given['ts']), wanted });
  },
  async submit(slack, person, given) {
    const view = viewIn(slack, person, given['view_id']);
    return 'status' in view ? view : submit(slack, { person, view, values: objectOf(given['values']) });
  },
  async suggest(slack, person, given) {
    const blockId = textOf(given['block_id']);
    const typed = { person, action_id: textOf(given['action_id']), value: textOf(given['value']), ...(blockId && { block_id: blockId }) };
    if (given['view_id'] !== undefined) {
      const view = viewIn(slack, person, given['view_id']);
      return 'status' in view ? view : suggest(slack, { ...typed, where: { view } });
    }
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    const message = messageFor(slack, person, channel, textOf(given['ts']));
    if (!message) return reject(`There is no message ${textOf(given['ts'])} in #${channel.name} that ${person.name} can see.`);
    return suggest(slack, { ...typed, where: { channel, message } });
  },
  async shortcut(slack, person, given) {
    const used = { person, callbackId: textOf(given['callback_id']) };
    if (given['ts'] === undefined) return useShortcut(slack, used);
    const channel = channelIn(slack, given['channel']);
    return 'status' in channel ? channel : useShortcut(slack, { ...used, on: { channel, ts: textOf(given['ts']) } });
  },
  close: (slack, person) => closeTop(slack, person),
  home: (slack, person) => openHome(slack, person),
  async say(slack, person, given) {
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    const refusal = refusedWriting(person, channel);
    if (refusal) return refusal;
    const thread = rootOf(slack, channel, textOf(given['thread_ts']));
    if ('status' in thread) return thread;
    const text = textOf(given['text']).trim();
    if (text === '') return reject('There is nothing to say.', {}, 400);
    const message = slack.messages.post({
      channel: channel.id,
      user: person.id,
      text: asTyped(slack.workspace, text),
      ...(thread.root === undefined ? {} : { thread_ts: thread.root }),
    });
    if (channel.members.has(app.botUserId)) void slack.events.happened(messageSaid(channel, message));
    return undelivered;
  },
};
