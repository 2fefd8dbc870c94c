import type {
  BlockAction,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';
import { LINE, MENU_ACTIONS, MOMENT, NOTE, readReference, writeReference } from '../src/slack/actions.ts';
import { instantOf, type Instant } from '../src/domain/instant.ts';
import type { Click, Client, Slash, Submission } from './tools.ts';

type WithClient = { readonly client: Client };

/** Bolt's arguments for a pressed button, as our listeners read them. */
export function clickOf({ ack, body, action, client }: SlackActionMiddlewareArgs<BlockAction> & WithClient): Click {
  const { container } = body;
  return {
    ack: () => ack(),
    user: { id: body.user.id, team: body.user.team_id ?? body.team?.id ?? null },
    channel: body.channel?.id ?? null,
    thread: threadOf(body.message?.thread_ts ?? container['thread_ts'], container['message_ts']),
    client,
    ...pressed(action),
    triggerId: body.trigger_id,
    view: body.view === undefined ? null : { id: body.view.id, hash: body.view.hash, metadata: body.view.private_metadata },
  };
}

/** A button says what it is; the ⋯ menu says it in the option that was chosen. What is neither is nobody's. */
function pressed(action: BlockAction['actions'][number]): Pick<Click, 'actionId' | 'value'> {
  if (action.type === 'overflow') {
    const chosen = readReference(action.selected_option.value ?? '');
    const known = MENU_ACTIONS.find((name) => name === chosen?.extra);
    if (chosen === null || known === undefined) return { actionId: action.action_id, value: '' };
    return { actionId: known, value: writeReference({ ...chosen, extra: '' }) };
  }
  return { actionId: action.action_id, value: 'value' in action && typeof action.value === 'string' ? action.value : '' };
}

/** The thread of a clicked reply. A root with replies carries its own ts as `thread_ts`, but who clicks it looks at the channel. */
function threadOf(thread: unknown, message: unknown): string | null {
  return typeof thread === 'string' && thread !== message ? thread : null;
}

/** Bolt's arguments for a slash command. */
export function slashOf({ ack, respond, command, client }: SlackCommandMiddlewareArgs & WithClient): Slash {
  return {
    ack: (reply) => ack(reply),
    respond: (reply) => respond(reply),
    user: { id: command.user_id, team: command.team_id },
    channel: command.channel_id,
    thread: null,
    client,
    command: command.command,
    text: command.text,
    triggerId: command.trigger_id,
  };
}

/** Bolt's arguments for a submitted modal. */
export function submissionOf({ ack, body, view, client }: SlackViewMiddlewareArgs<ViewSubmitAction> & WithClient): Submission {
  return {
    ack: (response) => (response === undefined ? ack() : ack(response)),
    user: { id: body.user.id, team: body.user.team_id ?? body.team?.id ?? null },
    channel: null,
    thread: null,
    client,
    callbackId: view.callback_id,
    metadata: view.private_metadata,
    view: { id: view.id, hash: view.hash },
    note: view.state.values[NOTE.block]?.[NOTE.action]?.value ?? '',
    line: view.state.values[LINE.block]?.[LINE.action]?.selected_option?.value ?? '',
    moment: momentOf(view.state.values[MOMENT.block]?.[MOMENT.action]),
  };
}

function momentOf(chosen: object | undefined): Instant | null {
  const seconds = chosen !== undefined && 'selected_date_time' in chosen ? chosen.selected_date_time : null;
  return typeof seconds === 'number' ? instantOf(seconds * 1000) : null;
}
