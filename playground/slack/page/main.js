import { renderChannel } from './channel-view.js';
import { renderClock, tick } from './clock.js';
import { byId } from './dom.js';
import { renderHome } from './home.js';
import { renderMetrics } from './metrics.js';
import { renderModal } from './modal.js';
import { goTo, openThread } from './navigation.js';
import { renderSidebar } from './sidebar.js';
import { changed, channel, listen, load, onChange, state } from './store.js';
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
  metrics: renderMetrics,
};
const said = ['sidebar', 'main', 'thread'];
const affected = {
  message: said,
  ephemeral: said,
  failure: said,
  gone: said,
  read: ['sidebar'],
  place: said,
  pins: ['main'],
  joined: said,
  modal: ['modal'],
  modal_errors: ['modal'],
  home: ['main'],
  clock: ['clock'],
  metrics: ['metrics'],
  sockets: ['sidebar'],
  connection: ['sidebar'],
};

const showsHome = () => state.tab === 'home' && channel(state.channel)?.with !== undefined;

const waiting = new Set();
onChange((what) => {
  if (!state.ready) return;
  if (waiting.size === 0) requestAnimationFrame(draw);
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

function point(key) {
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  found?.scrollIntoView({ block: 'center' });
  found?.classList.add('pointed');
  setTimeout(() => found?.classList.remove('pointed'), 2_500);
}

document.addEventListener('visibilitychange', () => changed('place'));
byId('menu').addEventListener('click', () => {
  const open = document.body.classList.toggle('menu-open');
  byId('menu').setAttribute('aria-expanded', String(open));
});

await load();
state.channel = state.channels[0]?.id ?? null;
document.title = `${state.app.display_name} · local stand-in`;
if (location.pathname.startsWith('/archives/')) follow(new URL(location.href));
listen();
changed('everything');
setInterval(tick, 1_000);
