import type {
  BasicElementAction,
  BlockAction,
  BlockSuggestion,
  GlobalShortcut,
  MessageShortcut,
  SlashCommand,
  ViewClosedAction,
  ViewOutput,
  ViewSubmitAction,
} from '@slack/bolt';
import { app, team, verificationToken } from '../identifiers.ts';
import { asAnswered } from '../answered.ts';
import type { Ephemeral, Message } from '../messages.ts';
import type { Json } from '../json.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { epochMs } from '../time.ts';
import type { View } from '../views.ts';
import type { Channel } from '../workspace.ts';

const place = { api_app_id: app.id, token: verificationToken, is_enterprise_install: false } as const;
const teamPart = { id: team.id, domain: team.domain } as const;

/** What a slash command delivers; `text` is what follows the command, names already escaped. */
export function slashPayload(
  slack: Slack,
  said: { readonly person: Person; readonly channel: Channel; readonly command: string; readonly text: string },
): SlashCommand {
  const { person, channel, command, text } = said;
  return {
    token: verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channelPart(channel).name,
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: slack.responseUrls.issue({ user: person.id, channel: channel.id }),
    trigger_id: slack.triggers.issue({ user: person.id, channel: channel.id }),
  };
}

/** What was clicked, as the program reads it; which kind of element it is decides what else is in it. */
export type Action = BasicElementAction & Json;

/** What a click on a message delivers. An ephemeral message is not in the payload: only its ts is, as in Slack. */
export function messageClickPayload(
  slack: Slack,
  click: {
    readonly person: Person;
    readonly channel: Channel;
    readonly message: Message | Ephemeral;
    readonly action: Action;
    readonly values: ViewOutput['state']['values'];
  },
): BlockAction<Action> {
  const { person, channel, message, action, values } = click;
  const whisper = !('reactions' in message);
  return {
    type: 'block_actions',
    ...place,
    user: clicker(person),
    container: messageContainer(channel, message),
    trigger_id: slack.triggers.issue({ user: person.id, channel: channel.id }),
    team: teamPart,
    channel: channelPart(channel),
    ...(whisper ? {} : { message: messagePart(slack, message) }),
    state: { values },
    response_url: slack.responseUrls.issue({ user: person.id, channel: channel.id, ts: message.ts }),
    actions: [action],
  };
}

/** What a click inside a modal or a Home tab delivers: no message, no response_url. The SDK's type wants one all the same. */
export function viewClickPayload(
  slack: Slack,
  click: { readonly person: Person; readonly view: View; readonly action: Action },
): Omit<BlockAction<Action>, 'response_url'> {
  const { person, view, action } = click;
  return {
    type: 'block_actions',
    ...place,
    user: clicker(person),
    container: { type: 'view', view_id: view.id },
    trigger_id: slack.triggers.issue({ user: person.id, ...(view.type === 'modal' ? { view: view.id } : {}) }),
    team: teamPart,
    view: asOutput(view),
    actions: [action],
  };
}

/** What typing in an external select delivers: the text so far, for which the program offers options. */
export function suggestionPayload(
  slack: Slack,
  typed: {
    readonly person: Person;
    readonly where: { readonly view: View } | { readonly channel: Channel; readonly message: Message | Ephemeral };
    readonly block_id: string;
    readonly action_id: string;
    readonly value: string;
  },
): BlockSuggestion {
  const { person, where, ...asked } = typed;
  const shown =
    'view' in where
      ? { container: { type: 'view', view_id: where.view.id }, view: asOutput(where.view) }
      : {
          container: messageContainer(where.channel, where.message),
          channel: channelPart(where.channel),
          ...('reactions' in where.message ? { message: messagePart(slack, where.message) } : {}),
        };
  return { type: 'block_suggestion', ...place, team: teamPart, user: clicker(person), ...asked, ...shown };
}

export function globalShortcutPayload(slack: Slack, person: Person, callbackId: string): GlobalShortcut {
  return {
    type: 'shortcut',
    token: verificationToken,
    is_enterprise_install: false,
    action_ts: now(),
    team: teamPart,
    user: { id: person.id, username: person.name, team_id: team.id },
    callback_id: callbackId,
    trigger_id: slack.triggers.issue({ user: person.id }),
  };
}

export function messageShortcutPayload(
  slack: Slack,
  used: { readonly person: Person; readonly channel: Channel; readonly message: Message; readonly callbackId: string },
): MessageShortcut {
  const { person, channel, message, callbackId } = used;
  return {
    type: 'message_action',
    token: verificationToken,
    is_enterprise_install: false,
    action_ts: now(),
    team: teamPart,
    user: { id: person.id, name: person.name, username: person.name, team_id: team.id },
    channel: channelPart(channel),
    callback_id: callbackId,
    trigger_id: slack.triggers.issue({ user: person.id }),
    response_url: slack.responseUrls.issue({ user: person.id, channel: channel.id, ts: message.ts }),
    message_ts: message.ts,
    message: messagePart(slack, message),
  };
}

export function submitPayload(slack: Slack, person: Person, view: View): ViewSubmitAction {
  return {
    type: 'view_submission',
    ...place,
    team: teamPart,
    user: { id: person.id, name: person.name, team_id: team.id },
    trigger_id: slack.triggers.issue({ user: person.id, view: view.id }),
    view: asOutput(view),
    response_urls: [],
  };
}

export function closedPayload(person: Person, view: View, isCleared: boolean): ViewClosedAction {
  return {
    type: 'view_closed',
    ...place,
    team: teamPart,
    user: { id: person.id, name: person.name, team_id: team.id },
    view: asOutput(view),
    is_cleared: isCleared,
  };
}

function clicker({ id, name }: Person): BlockAction['user'] & { readonly name: string } {
  return { id, username: name, name, team_id: team.id };
}

function channelPart(channel: Channel): { readonly id: string; readonly name: string } {
  return { id: channel.id, name: channel.with === undefined ? channel.name : 'directmessage' };
}

function messagePart(slack: Slack, message: Message): MessageShortcut['message'] {
  return { ...asAnswered(message, slack.messages.replies(message)), type: 'message', ts: message.ts };
}

function messageContainer(channel: Channel, message: Message | Ephemeral): Json {
  return {
    type: 'message',
    message_ts: message.ts,
    channel_id: channel.id,
    is_ephemeral: !('reactions' in message),
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
  };
}

function now(): string {
  return (epochMs() / 1000).toFixed(6);
}

/** Our blocks are whatever the program sent; the SDK's type wants the ones it knows. */
function asOutput(view: View): ViewOutput {
  return view;
}
