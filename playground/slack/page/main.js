import { renderChannel } from './channel-view.js';
import { renderClock, tick } from './clock.js';
import { renderHome } from './home.js';
import { listenToKeys } from './keys.js';
import { listen, load } from './live.js';
import { renderModal } from './modal.js';
import { goTo, openThread } from './navigation.js';
import { renderOutage } from './outage.js';
import { renderPanel, tickPanel } from './panel.js';
import { renderSidebar } from './sidebar.js';
import { changed, channel, onChange, state } from './store.js';
import { renderThread } from './thread.js';
import { renderViewer } from './viewer.js';

/** Which parts are drawn again after which change. Drawing keeps what did not change, so typing is never interrupted. */
const parts = {
  sidebar: renderSidebar,
  main: () => (showsHome() ? renderHome() : renderChannel()),
  thread: renderThread,
  modal: renderModal,
  clock: renderClock,
  viewer: renderViewer,
  outage: renderOutage,
  panel: renderPanel,
};
const said = ['sidebar', 'main', 'thread', 'viewer'];
const affected = {
  message: said,
  ephemeral: said,
  failure: said,
  gone: said,
  read: ['sidebar', 'viewer'],
  place: [...said, 'panel'],
  pins: ['main'],
  joined: said,
  modal: ['modal'],
  modal_errors: ['modal'],
  home: ['main'],
  clock: ['clock', 'panel'],
  metrics: ['panel'],
  sockets: ['sidebar', 'panel'],
  faults: ['panel'],
  outage: ['outage', 'panel', 'sidebar'],
  traffic: ['panel'],
  panel: ['panel'],
  connection: ['sidebar'],
};

const showsHome = () => state.tab === 'home' && channel(state.channel)?.with !== undefined;

const waiting = new Set();
onChange((what) => {
  if (!state.ready) return;
  // A page nobody looks at gets no animation frames, and must not fall behind for it.
  if (waiting.size === 0) (document.hidden ? setTimeout : requestAnimationFrame)(draw);
  for (const part of affected[what] ?? Object.keys(parts)) waiting.add(part);
});

function draw() {
  const now = [...waiting];
  waiting.clear();
  for (const part of now) parts[part]();
}

/** Links into the workspace open here instead of loading the page again. */
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  if (!link || !link.href.startsWith(`${location.origin}/archives/`) || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  follow(new URL(link.href));
});

function follow({ pathname, searchParams }) {
  const [, , channelId, message] = pathname.split('/');
  if (!channel(channelId)) return;
  goTo(channelId);
  const ts = message && `${message.slice(1, -6)}.${message.slice(-6)}`;
  const thread = searchParams.get('thread_ts');
  if (thread) openThread(thread);
  if (ts) requestAnimationFrame(() => requestAnimationFrame(() => point(`${channelId} ${ts}`)));
}

/** The place furthest right that shows the message: a reply is pointed at in its thread. */
function point(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].at(-1);
  found?.scrollIntoView({ block: 'center' });
  found?.classList.add('pointed');
  setTimeout(() => found?.classList.remove('pointed'), 2_500);
}

document.addEventListener('visibilitychange', () => changed('place'));
listenToKeys();

await load();
state.channel = state.channels[0]?.id ?? null;
document.title = `${state.app.display_name} · local stand-in`;
if (location.pathname.startsWith('/archives/')) follow(new URL(location.href));
listen();
changed('everything');
setInterval(() => {
  tick();
  tickPanel();
}, 1_000);
