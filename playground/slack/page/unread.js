import { state, visible } from './store.js';

/** Up to where each person has read each channel; kept in this browser only. */
const read = JSON.parse(localStorage.getItem('read') ?? '{}');

export function markRead(channelId) {
  if (document.hidden) return false;
  const last = visible(channelId).findLast((message) => !message.failure);
  const place = `${state.viewer} ${channelId}`;
  if (!last || read[place] === last.ts) return false;
  read[place] = last.ts;
  localStorage.setItem('read', JSON.stringify(read));
  return true;
}

export function readUpTo(channelId) {
  return read[`${state.viewer} ${channelId}`] ?? '0';
}

export function unreadIn(channelId) {
  const since = readUpTo(channelId);
  return visible(channelId).filter((message) => message.ts > since && message.user !== state.viewer && !message.failure);
}

/** Whether one of the unread messages names this person. */
export function namesViewer(messages) {
  return messages.some((message) => JSON.stringify([message.text, message.blocks]).includes(`<@${state.viewer}`));
}
