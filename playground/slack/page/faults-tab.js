import { make, small } from './control.js';
import { el } from './dom.js';
import { switchOutage } from './outage.js';
import { channel, state } from './store.js';
import { channelTrouble, personTrouble, tokenTrouble } from './workspace-trouble.js';

/** The Web API methods a program like ours calls most, then what else can go wrong. */
const methods = [
  ['*', 'any method'],
  ...['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'chat.delete', 'views.open', 'views.update', 'views.publish'].map(same),
  ...['conversations.list', 'conversations.join', 'conversations.history', 'users.info', 'apps.connections.open', 'auth.test'].map(same),
  ['response_url', 'response_url'],
  ['upload', 'file upload'],
];

/** Kinds of trouble: the button's words, what they mean, and what is sent with them. */
const kinds = [
  {
    kind: 'rate_limited',
    label: '429',
    title: 'Too many requests; Retry-After as set below',
    more: (form) => ({ retry_after: form.retryAfter() }),
  },
  { kind: 'http_500', label: '503', title: 'Service unavailable', more: () => ({ status: 503 }) },
  { kind: 'timeout', label: 'Time-out', title: 'Never answered, until the client gives up' },
  { kind: 'reset', label: 'Reset', title: 'The connection is reset; nothing was done' },
  { kind: 'lost', label: 'Lost answer', title: 'Carried out, but the answer is lost' },
  { kind: 'html', label: 'HTML', title: 'Status 200 with a maintenance page' },
  { kind: 'truncated', label: 'Cut JSON', title: 'Status 200, the answer cut in the middle' },
  {
    kind: 'error',
    label: 'Error',
    title: "Slack's own word, as set below",
    more: (form) => ({ error: form.word(), applied: form.applied() }),
  },
];

let parts;

/** Making things go wrong on purpose, and what is going wrong already. */
export const faultsTab = {
  name: 'faults',
  label: 'Faults',
  count: () => (state.faults.length > 0 ? String(state.faults.length) : state.outage ? '!' : ''),
  build() {
    parts = {
      outage: el('button', { class: 'switch', role: 'switch', onclick: () => switchOutage(!state.outage) }, 'Full outage'),
      active: el('ul', { class: 'active-faults', 'aria-label': 'Active faults' }),
      sockets: el('span', {}),
      channel: el('div', { class: 'stack' }),
      person: el('div', { class: 'stack' }),
    };
    return el(
      'div',
      { class: 'stack' },
      part('Slack', parts.outage, el('p', { class: 'quiet' }, 'Calls answer 503, sockets are cut, nothing is delivered.')),
      part('Next calls of the program', callForm(), parts.active),
      part(['Sockets ', parts.sockets], socketButtons()),
      part('This channel', parts.channel),
      part('People', parts.person),
      part('Tokens', tokenTrouble()),
    );
  },
  update() {
    parts.outage.setAttribute('aria-checked', String(state.outage));
    parts.sockets.textContent = `· ${state.sockets} open`;
    parts.active.replaceChildren(...state.faults.map(active));
    keep(parts.channel, JSON.stringify(channel(state.channel)), () => channelTrouble(channel(state.channel)));
    keep(parts.person, JSON.stringify(state.people), personTrouble);
  },
};

/** Draws a part anew only when what it shows has changed: a menu that somebody has open stays open. */
function keep(place, version, make) {
  if (place.dataset.version === version) return;
  place.dataset.version = version;
  place.replaceChildren(make());
}

function part(title, ...content) {
  return el('section', { class: 'part' }, el('h2', {}, title), ...content);
}

function callForm() {
  const method = el(
    'select',
    { class: 'field', 'aria-label': 'Method' },
    ...methods.map(([value, label]) => el('option', { value }, label)),
  );
  const times = el('input', { class: 'field', type: 'number', min: 1, max: 10_000, value: '1', 'aria-label': 'How many calls' });
  const wait = el('input', {
    class: 'field',
    type: 'number',
    min: 0,
    max: 86_400,
    value: '30',
    'aria-label': 'Retry-After in seconds; empty for a missing header',
    title: 'Empty: the header is missing',
  });
  const word = el('input', { class: 'field', value: 'internal_error', spellcheck: 'false', 'aria-label': "Slack's error" });
  const applied = el('input', { type: 'checkbox' });
  const form = {
    retryAfter: () => (wait.value === '' ? null : Number(wait.value)),
    word: () => word.value.trim(),
    applied: () => applied.checked,
  };

  const press = ({ kind, more }) => make('fault', { method: method.value, kind, times: Number(times.value), ...more?.(form) });
  return el(
    'div',
    { class: 'stack' },
    el('div', { class: 'row' }, method, el('span', { class: 'quiet', 'aria-hidden': 'true' }, '×'), times),
    el(
      'div',
      { class: 'grid', role: 'group', 'aria-label': 'Make them fail' },
      ...kinds.map((each) => small(each.label, each.title, () => press(each))),
    ),
    el('div', { class: 'row' }, el('span', { class: 'quiet' }, 'Retry-After'), wait, el('span', { class: 'quiet' }, 's')),
    el('div', { class: 'row' }, el('span', { class: 'quiet' }, 'Error'), word),
    el('label', { class: 'choice quiet' }, applied, 'after it was carried out'),
  );
}

function active({ id, method, kind, left, retry_after, status, error }) {
  const [, target] = methods.find(([value]) => value === method) ?? [method, method];
  const detail =
    { rate_limited: retry_after === null ? '429, no Retry-After' : `429, ${retry_after} s`, http_500: status, error }[kind] ?? kind;
  const clear = () => make('fault', { method, kind, times: 0 });
  return el(
    'li',
    { dataset: { fault: String(id) } },
    el('span', {}, el('strong', {}, target), el('small', {}, `${detail} · ${left} left`)),
    el('button', { class: 'bk small', 'aria-label': `Clear ${kind} of ${target}`, onclick: clear }, 'Clear'),
  );
}

function socketButtons() {
  const buttons = [
    ['Drop one', 'Cut the TCP connection of the oldest socket', { drop: true, atMost: 1 }],
    ['Drop all', 'Cut the TCP connection of every socket', { drop: true }],
    ['Refresh', "Ask one socket to reconnect, as Slack's routine does", { refresh: true, atMost: 1 }],
    ['Refresh, linger', 'Ask to reconnect and never close TCP from this side', { refresh: true, atMost: 1, linger: true }],
    ['Freeze', 'Half-open: no pings answered, nothing delivered', { freeze: true }],
    ['Thaw', 'Answer pings and deliver again', { freeze: false }],
  ];
  return el(
    'div',
    { class: 'grid', role: 'group', 'aria-label': 'Sockets' },
    ...buttons.map(([label, title, wish]) => small(label, title, () => make('socket', wish))),
  );
}

function same(name) {
  return [name, name];
}
