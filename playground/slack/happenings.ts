import type {
  AppHomeOpenedEvent,
  AppUninstalledEvent,
  ChannelArchiveEvent,
  ChannelLeftEvent,
  ChannelRenameEvent,
  ChannelUnarchiveEvent,
  GenericMessageEvent,
  MemberJoinedChannelEvent,
  MessageDeletedEvent,
  TokensRevokedEvent,
} from '@slack/types';
import { app, team } from './identifiers.ts';
import { asAnswered } from './answered.ts';
import type { Message } from './messages.ts';
import { epochMs } from './time.ts';
import type { View } from './views.ts';
import type { Channel } from './workspace.ts';

/** `subtype` is written out by Slack only where there is one. */
type SaidEvent = Omit<GenericMessageEvent, 'subtype'>;

const stamp = (): string => (epochMs() / 1000).toFixed(6);
const kindOf = (channel: Channel): 'im' | 'channel' => (channel.with === undefined ? 'channel' : 'im');

export function homeOpened(user: string, channel: Channel, view: View | undefined): AppHomeOpenedEvent {
  // Our blocks are whatever the program sent; the SDK's type wants the ones it knows.
  const shown = view ? { view: view as unknown as NonNullable<AppHomeOpenedEvent['view']> } : {};
  return { type: 'app_home_opened', user, channel: channel.id, tab: 'home', event_ts: stamp(), ...shown };
}

export function memberJoined(channel: Channel, user: string = app.botUserId): MemberJoinedChannelEvent {
  return { type: 'member_joined_channel', user, channel: channel.id, channel_type: 'C', team: team.id, event_ts: stamp() };
}

export function channelLeft(channel: Channel, actor: string): ChannelLeftEvent {
  return { type: 'channel_left', channel: channel.id, actor_id: actor, event_ts: stamp() };
}

export function channelArchived(channel: Channel, user: string): ChannelArchiveEvent | ChannelUnarchiveEvent {
  return { type: channel.archived ? 'channel_archive' : 'channel_unarchive', channel: channel.id, user, event_ts: stamp() };
}

export function channelRenamed({ id, name, created }: Channel): ChannelRenameEvent {
  const channel = { id, name, name_normalized: name, created, is_channel: true, is_mpim: false };
  return { type: 'channel_rename', channel, event_ts: stamp() };
}

export function messageSaid(channel: Channel, message: Message): SaidEvent {
  const { ts, user, text, thread_ts } = message;
  const thread = thread_ts === undefined ? {} : { thread_ts };
  return { type: 'message', channel: channel.id, channel_type: kindOf(channel), user, text, ts, event_ts: ts, team: team.id, ...thread };
}

export function messageDeleted(channel: Channel, message: Message): MessageDeletedEvent {
  const at = stamp();
  return {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    channel: channel.id,
    channel_type: kindOf(channel),
    ts: at,
    event_ts: at,
    deleted_ts: message.ts,
    previous_message: asAnswered(message, []) as unknown as MessageDeletedEvent['previous_message'],
  };
}

export function tokensRevoked(): TokensRevokedEvent {
  return { type: 'tokens_revoked', tokens: { oauth: [], bot: [app.botUserId] } };
}

export function appUninstalled(): AppUninstalledEvent {
  return { type: 'app_uninstalled' };
}
