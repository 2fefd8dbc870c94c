import { changed, state } from './store.js';

/** Opens a channel; a thread of another channel closes. */
export function goTo(channelId, tab = 'messages') {
  if (state.channel !== channelId) state.thread = null;
  state.channel = channelId;
  state.tab = tab;
  document.body.classList.remove('menu-open');
  history.replaceState(null, '', `/archives/${channelId}`);
  changed('place');
}

export function openThread(ts) {
  state.thread = ts;
  changed('place');
}

export function closeThread() {
  state.thread = null;
  changed('place');
}

/** Acts as somebody else from now on, in this browser. */
export function becomeViewer(userId) {
  state.viewer = userId;
  localStorage.setItem('viewer', userId);
  const here = state.channels.find(({ id }) => id === state.channel);
  if (here?.with && here.with !== userId) {
    state.channel = state.channels[0]?.id ?? null;
    state.tab = 'messages';
    state.thread = null;
  }
  changed('everything');
}
