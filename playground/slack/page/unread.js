import { state, visible } from './store.js';

/** Up to where each person has read each channel; kept in this browser only. */
const read = JSON.parse(localStorage.getItem('read') ?? '{}');

/** The viewer has seen everything here. Answers whether that is news. */
export function markRead(channelId) {
  if (document.hidden) return false;
  const last = visible(channelId).findLast((message) => !message.failure);
  const place = `${state.viewer} ${channelId}`;
  if (!last || read[place] === last.ts) return false;
  read[place] = last.ts;
  localStorage.setItem('read', JSON.stringify(read));
  return true;
}

export function readUpTo(channelId, user = state.viewer) {
  return read[`${user} ${channelId}`] ?? '0';
}

/** What a person has not seen yet in a channel; what they wrote themselves and Slack's own words do not count. */
export function unreadIn(channelId, user = state.viewer) {
  const since = readUpTo(channelId, user);
  return visible(channelId, undefined, user).filter((message) => message.ts > since && message.user !== user && !message.failure);
}

/** Those of the messages that name a person. */
export function naming(messages, user = state.viewer) {
  return messages.filter((message) => JSON.stringify([message.text, message.blocks]).includes(`<@${user}`));
}

/** How often a person is named or written to directly in what they have not read: the badge beside their name. */
export function mentionsOf(user) {
  const places = state.channels.filter((channel) => !channel.with || channel.with === user);
  return places
    .map((channel) => (channel.with ? unreadIn(channel.id, user) : naming(unreadIn(channel.id, user), user)).length)
    .reduce((sum, count) => sum + count, 0);
}
