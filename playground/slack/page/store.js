/** What the page knows and who is looking. How it hears of changes is in live.js. */
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
  shortcuts: [],
  messages: new Map(),
  ephemerals: [],
  failures: [],
  /** Slack's words for a click that went wrong, by message. */
  troubles: new Map(),
  modals: {},
  homes: {},
  modalErrors: null,
  clock: null,
  metrics: null,
  metricsLimits: {},
  sockets: 0,
  /** Where the program is called instead of over sockets. */
  http: null,
  outage: false,
  faults: [],
  /** The last calls and deliveries, oldest first; null until somebody looked. */
  traffic: null,
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
const byTs = (a, b) => (a.ts < b.ts ? -1 : 1);

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

/** What a person sees in a channel, or in a thread of it, oldest first. The person is the viewer unless told. */
export function visible(channelId, threadTs, viewer = state.viewer) {
  const here = [...state.messages.values()].filter((message) => message.channel === channelId);
  const said = threadTs
    ? here.filter((message) => message.ts === threadTs || message.thread_ts === threadTs)
    : here.filter((message) => !message.thread_ts || message.broadcast);
  const whispered = state.ephemerals
    .filter(({ channel, user, thread_ts }) => channel === channelId && user === viewer && (thread_ts ?? null) === (threadTs ?? null))
    .map((ephemeral) => ({ ...ephemeral, whisper: true }));
  const failed = threadTs ? [] : state.failures.filter(({ channel, user }) => channel === channelId && user === viewer);
  return [...said, ...whispered, ...failed.map((failure) => ({ ...failure, whisper: true, failure: true }))].sort(byTs);
}

/** Asks the control API to do something as the current viewer. Answers what it answered, also when it refused. */
export async function act(what, details = {}) {
  try {
    const body = JSON.stringify({ user: state.viewer, ...details });
    const response = await fetch(`/_control/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return withSentence(await response.json());
  } catch {
    return { ok: false, acknowledged: false, ack: null, error: 'The local Slack does not answer. Is it still running?' };
  }
}

/** A refusal in Slack's shape is a word with the sentence beside it; people read the sentence. */
function withSentence(answer) {
  const sentence = answer?.response_metadata?.messages?.[0]?.replace(/^\[ERROR\] /, '');
  return answer?.ok === false && sentence ? { ...answer, error: sentence } : answer;
}
