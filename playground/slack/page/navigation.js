import { act, changed, state } from './store.js';

/** Opens a channel; a thread of another channel closes. */
export function goTo(channelId, tab = 'messages') {
  if (state.channel !== channelId) state.thread = null;
  state.channel = channelId;
  state.tab = tab;
  showChannels(false);
  history.replaceState(null, '', `/archives/${channelId}`);
  changed('place');
}

/** Opens the app's Home tab: the program hears of it and may publish. */
export function openHome() {
  const direct = state.channels.find((channel) => channel.with === state.viewer);
  if (!direct) return;
  goTo(direct.id, 'home');
  void act('home');
}

/** On a narrow screen the list of channels is a pane of its own, and this goes there and back. */
export function showChannels(open) {
  document.body.classList.toggle('menu-open', open);
}

export function openThread(ts) {
  state.thread = ts;
  changed('place');
}

/** Closes the thread and gives the focus back to where it came from. */
export function closeThread() {
  const root = state.thread && document.querySelector(`#main [data-key="${CSS.escape(`${state.channel} ${state.thread}`)}"]`);
  const inside = document.activeElement?.closest?.('#thread');
  state.thread = null;
  changed('place');
  if (inside) root?.focus({ preventScroll: true });
}

/** Acts as somebody else from now on, in this browser. */
export function becomeViewer(userId) {
  state.viewer = userId;
  state.modalErrors = null;
  localStorage.setItem('viewer', userId);
  const here = state.channels.find(({ id }) => id === state.channel);
  if (here?.with && here.with !== userId) {
    state.channel = state.channels[0]?.id ?? null;
    state.tab = 'messages';
    state.thread = null;
  }
  changed('everything');
}

/** The address of a message, as "Copy link" gives it; a reply carries its thread. */
export function permalink({ channel, ts, thread_ts: thread }) {
  const path = `${location.origin}/archives/${channel}/p${ts.replace('.', '')}`;
  return thread && thread !== ts ? `${path}?thread_ts=${thread}&cid=${channel}` : path;
}
