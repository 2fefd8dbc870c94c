import { channelArchived, channelLeft, memberJoined } from './happenings.ts';
import { app } from './identifiers.ts';
import type { Json } from './json.ts';
import type { Slack } from './slack.ts';
import { epochSeconds } from './time.ts';
import type { Channel } from './workspace.ts';

/** A channel as the page reads it. */
export function shownChannel({ id, name, with: other, members, archived, pins, topic }: Channel): Json {
  return {
    id,
    name,
    ...(other === undefined ? {} : { with: other }),
    joined: members.has(app.botUserId),
    archived,
    pins: [...pins],
    topic: topic.value,
  };
}

/** Tells the pages that a channel is not what it was. */
export function channelChanged(slack: Slack, channel: Channel): void {
  slack.live.emit({ type: 'channel', channel: shownChannel(channel) });
}

/** Closes a channel, or opens it again; the program hears of it. `by` is a user id. */
export function setArchived(slack: Slack, channel: Channel, on: boolean, by: string): void {
  channel.archived = on;
  channelChanged(slack, channel);
  void slack.events.happened(channelArchived(channel, by));
}

/** The app comes into a channel. */
export function letAppIn(slack: Slack, channel: Channel): void {
  if (channel.members.has(app.botUserId)) return;
  channel.members.add(app.botUserId);
  slack.live.emit({ type: 'joined', channel: channel.id });
  void slack.events.happened(memberJoined(channel));
}

/** Somebody leaves or is removed; the program hears of it when it is the app. `by` is the user id of whoever did it. */
export function removeFrom(slack: Slack, channel: Channel, user: string, by: string): void {
  channel.members.delete(user);
  channelChanged(slack, channel);
  if (user === app.botUserId) void slack.events.happened(channelLeft(channel, by));
}

export function setTopic(slack: Slack, channel: Channel, value: string, by: string): void {
  channel.topic = { value, creator: by, last_set: epochSeconds() };
  channelChanged(slack, channel);
}
