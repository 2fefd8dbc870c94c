import type { BlockAction, SlashCommand, ViewClosedAction, ViewOutput, ViewSubmitAction } from '@slack/bolt';
import { app, team, verificationToken } from '../identifiers.ts';
import { asAnswered } from '../messages.ts';
import type { Ephemeral, Message } from '../messages.ts';
import type { Json } from '../json.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { freshId } from '../identifiers.ts';
import { epochSeconds } from '../time.ts';
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
    channel_name: channel.with === undefined ? channel.name : 'directmessage',
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: slack.responseUrls.issue({ user: person.id, channel: channel.id }),
    trigger_id: slack.triggers.issue({ user: person.id }),
  };
}

/** What a click on a message delivers. An ephemeral message is not in the payload: only its ts is, as in Slack. */
export function messageClickPayload(
  slack: Slack,
  click: {
    readonly person: Person;
    readonly channel: Channel;
    readonly message: Message | Ephemeral;
    readonly action: Json;
    readonly values: Json;
  },
): BlockAction {
  const { person, channel, message, action, values } = click;
  const whisper = !('reactions' in message);
  const body = {
    type: 'block_actions',
    ...place,
    user: { id: person.id, username: person.name, name: person.name, team_id: team.id },
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: whisper,
      ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    },
    trigger_id: slack.triggers.issue({ user: person.id }),
    team: teamPart,
    channel: { id: channel.id, name: channel.with === undefined ? channel.name : 'directmessage' },
    ...(whisper ? {} : { message: asAnswered(message, slack.messages.replies(message)) }),
    state: { values },
    response_url: slack.responseUrls.issue({ user: person.id, channel: channel.id, ts: message.ts }),
    actions: [action],
  };
  return body as unknown as BlockAction;
}

/** What a click inside a modal or a Home tab delivers: no message, no response_url. */
export function viewClickPayload(
  slack: Slack,
  click: { readonly person: Person; readonly view: View; readonly action: Json },
): BlockAction {
  const { person, view, action } = click;
  const body = {
    type: 'block_actions',
    ...place,
    user: { id: person.id, username: person.name, name: person.name, team_id: team.id },
    container: { type: 'view', view_id: view.id },
    trigger_id: slack.triggers.issue({ user: person.id, ...(view.type === 'modal' ? { view: view.id } : {}) }),
    team: teamPart,
    view: asOutput(view),
    actions: [action],
  };
  return body as unknown as BlockAction;
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

/** The event behind opening the app's Home tab, wrapped as the Events API wraps it. */
export function homeOpenedPayload(slack: Slack, person: Person): Json {
  const view = slack.views.home(person.id);
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel: slack.workspace.direct(person).id,
    tab: 'home',
    event_ts: `${epochSeconds()}.000000`,
    ...(view ? { view: asOutput(view) } : {}),
  };
  return {
    token: verificationToken,
    team_id: team.id,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: freshId('Ev'),
    event_time: epochSeconds(),
    authorizations: [{ enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  };
}

/** Our blocks are whatever the program sent; the SDK's type wants the ones it knows. */
function asOutput(view: View): ViewOutput {
  return view;
}
