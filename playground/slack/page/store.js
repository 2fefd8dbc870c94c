/** What the page knows, who is looking, and how it hears of changes. */
export const state = {
  ready: false,
  connected: false,
  viewer: null,
  channel: null,
  tab: 'messages',
  thread: null,
  people: [],
  channels: [],
  commands: [],
  messages: new Map(),
  ephemerals: [],
  failures: [],
  modals: {},
  homes: {},
  modalErrors: null,
  clock: null,
  metrics: null,
  sockets: 0,
};

const listeners = [];

/** Calls `listener(what, detail)` after each change; `what` is the kind of change. */
export function onChange(listener) {
  listeners.push(listener);
}

export function changed(what, detail) {
  for (const listener of listeners) listener(what, detail);
}

export const key = (message) => `${message.channel} ${message.ts}`;
export const person = (id) => state.people.find((candidate) => candidate.id === id);
export const channel = (id) => state.channels.find((candidate) => candidate.id === id);
export const byTs = (a, b) => (a.ts < b.ts ? -1 : 1);

/** How a user id reads: the app, a person, or the id itself. */
export function nameOf(userId) {
  if (userId === state.app?.botUserId) return state.app.display_name;
  if (userId === 'USLACKBOT') return 'Slackbot';
  return person(userId)?.real_name ?? userId;
}

/** The program's time in ms; it runs on between two looks at it. */
export function now() {
  if (!state.clock) return Date.now();
  return Date.parse(state.clock.now) + (performance.now() - state.clock.at);
}

export async function load() {
  const fresh = await (await fetch('/_page/state')).json();
  const viewer = state.viewer ?? remembered('viewer', fresh.people) ?? fresh.viewer;
  Object.assign(state, fresh, {
    viewer,
    ready: true,
    messages: new Map(fresh.messages.map((message) => [key(message), message])),
    clock: fresh.clock && { ...fresh.clock, at: performance.now() },
  });
}

function remembered(name, people) {
  const value = localStorage.getItem(name);
  return people.some(({ id }) => id === value) ? value : undefined;
}

/** Server-sent events; after an interruption the whole state is read again, because what happened meanwhile is not repeated. */
export function listen() {
  let lost = false;
  const source = new EventSource('/_page/events');
  source.onopen = async () => {
    if (lost) await load();
    lost = false;
    state.connected = true;
    changed('everything');
  };
  source.onerror = () => {
    lost = true;
    state.connected = false;
    changed('connection');
  };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    take[event.type]?.(event);
    changed(event.type, event);
  };
}

const take = {
  message: ({ message }) => state.messages.set(key(message), message),
  ephemeral({ ephemeral }) {
    state.ephemerals = [...state.ephemerals.filter(({ ts }) => ts !== ephemeral.ts), ephemeral];
  },
  gone({ channel, ts }) {
    state.messages.delete(`${channel} ${ts}`);
    state.ephemerals = state.ephemerals.filter((ephemeral) => ephemeral.ts !== ts);
  },
  failure(failure) {
    const ts = `${(Date.now() / 1000).toFixed(6)}`;
    if (!failure.action_id) state.failures = [...state.failures, { ...failure, ts, shown_at: Math.floor(now() / 1000) }];
  },
  modal({ user, stack }) {
    state.modals = { ...state.modals, [user]: stack };
    if (user === state.viewer) state.modalErrors = null;
  },
  modal_errors({ user, view, errors }) {
    if (user === state.viewer) state.modalErrors = { view, errors };
  },
  home: ({ user, view }) => (state.homes = { ...state.homes, [user]: view }),
  joined({ channel: id }) {
    const found = channel(id);
    if (found) found.joined = true;
  },
  pins({ channel: id, pins }) {
    const found = channel(id);
    if (found) found.pins = pins;
  },
  clock: ({ now, zone }) => (state.clock = { now, zone, at: performance.now() }),
  metrics: ({ sample }) => (state.metrics = [...(state.metrics ?? []), sample].slice(-150)),
  sockets: ({ open }) => (state.sockets = open),
};

/** Asks the control API to do something as the current viewer. Answers what it answered, also when it refused. */
export async function act(what, details = {}) {
  try {
    const body = JSON.stringify({ user: state.viewer, ...details });
    const response = await fetch(`/_control/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return await response.json();
  } catch {
    return { ok: false, acknowledged: false, ack: null, error: 'The local Slack does not answer. Is it still running?' };
  }
}

/** What a person sees in a channel, or in a thread of it, oldest first. */
export function visible(channelId, threadTs) {
  const here = [...state.messages.values()].filter((message) => message.channel === channelId);
  const said = threadTs
    ? here.filter((message) => message.ts === threadTs || message.thread_ts === threadTs)
    : here.filter((message) => !message.thread_ts || message.broadcast);
  const whispered = state.ephemerals
    .filter(({ channel, user, thread_ts }) => channel === channelId && user === state.viewer && (thread_ts ?? null) === (threadTs ?? null))
    .map((ephemeral) => ({ ...ephemeral, whisper: true }));
  const failed = threadTs ? [] : state.failures.filter(({ channel, user }) => channel === channelId && user === state.viewer);
  return [...said, ...whispered, ...failed.map((failure) => ({ ...failure, whisper: true, failure: true }))].sort(byTs);
}
