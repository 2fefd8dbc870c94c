import { changed, channel, key, now, state } from './store.js';

const trafficKept = 400;

/** Reads everything anew. What is only in this page (who is looking, where) stays. */
export async function load() {
  const fresh = await (await fetch('/_page/state')).json();
  const viewer = state.viewer ?? remembered('viewer', fresh.people) ?? fresh.viewer;
  Object.assign(state, fresh, {
    viewer,
    ready: true,
    messages: new Map(fresh.messages.map((message) => [key(message), message])),
    commands: fresh.commands.map((command) => ({ ...command, usage_hint: command.usage_hint ?? '' })),
    clock: fresh.clock && { ...fresh.clock, at: performance.now() },
    traffic: state.traffic && (await trafficSoFar()),
  });
}

function remembered(name, people) {
  const value = localStorage.getItem(name);
  return people.some(({ id }) => id === value) ? value : undefined;
}

/** The last calls and deliveries, oldest first, without their bodies. Empty when they cannot be read. */
export async function trafficSoFar() {
  try {
    const { log = [] } = await (await fetch(`/_control/log?limit=${trafficKept}`)).json();
    return log.slice(-trafficKept).map(({ request: _request, response: _response, ...entry }) => entry);
  } catch {
    return [];
  }
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
    // A click that failed belongs to its message; a command that failed is said in the channel.
    if (failure.action_id) state.troubles.set(key(failure), { user: failure.user, text: failure.text });
    else {
      const ts = `${(Date.now() / 1000).toFixed(6)}`;
      state.failures = [...state.failures, { ...failure, ts, shown_at: Math.floor(now() / 1000) }];
    }
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
  channel({ channel: given }) {
    const found = channel(given?.id);
    if (found) Object.assign(found, given);
  },
  person({ person }) {
    state.people = state.people.map((known) => (known.id === person.id ? { ...known, ...person } : known));
  },
  pins({ channel: id, pins }) {
    const found = channel(id);
    if (found) found.pins = pins;
  },
  clock: ({ now, zone }) => (state.clock = { now, zone, at: performance.now() }),
  metrics: ({ sample }) => (state.metrics = [...(state.metrics ?? []), sample].slice(-150)),
  sockets: ({ open }) => (state.sockets = open),
  outage: ({ on }) => (state.outage = on),
  faults: ({ faults }) => (state.faults = faults),
  traffic: ({ entry }) => state.traffic && (state.traffic = [...state.traffic, entry].slice(-trafficKept)),
};
