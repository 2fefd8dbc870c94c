import { Hono } from 'hono';
import type { Context } from 'hono';
import { clickMessage, clickView } from '../interactions/click.ts';
import { openHome } from '../interactions/home.ts';
import { isRejected, reject } from '../interactions/outcome.ts';
import type { Outcome, Rejected } from '../interactions/outcome.ts';
import { asTyped, slash } from '../interactions/slash.ts';
import { closeTop, submit } from '../interactions/submit.ts';
import { objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { bodyOf, channelIn, personIn, viewIn } from './found.ts';
import { ephemeralsOf, messagesOf } from './messages.ts';

type Act = (slack: Slack, person: Person, given: Json) => Promise<Outcome | Rejected>;

/** What a person can do, by the last part of `/_control/<act>`. */
const acts: Readonly<Record<string, Act>> = {
  async slash(slack, person, given) {
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    return slash(slack, { person, channel, line: textOf(given['text']) });
  },
  async click(slack, person, given) {
    const blockId = textOf(given['block_id']);
    const wanted = { action_id: textOf(given['action_id']), value: given['value'], ...(blockId === '' ? {} : { block_id: blockId }) };
    if (given['view_id'] !== undefined) {
      const view = viewIn(slack, person, given['view_id']);
      return 'status' in view ? view : clickView(slack, { person, view, wanted, values: objectOf(given['values']) });
    }
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    return clickMessage(slack, { person, channel, ts: textOf(given['ts']), wanted });
  },
  async submit(slack, person, given) {
    const view = viewIn(slack, person, given['view_id']);
    return 'status' in view ? view : submit(slack, { person, view, values: objectOf(given['values']) });
  },
  close: (slack, person) => closeTop(slack, person),
  home: (slack, person) => openHome(slack, person),
  async say(slack, person, given) {
    const channel = channelIn(slack, given['channel']);
    if ('status' in channel) return channel;
    const thread = textOf(given['thread_ts']);
    const text = textOf(given['text']).trim();
    if (text === '') return reject('There is nothing to say.', {}, 400);
    slack.messages.post({
      channel: channel.id,
      user: person.id,
      text: asTyped(slack.workspace, text),
      ...(thread === '' ? {} : { thread_ts: thread }),
    });
    return { ok: true, acknowledged: false, ack: null, ms: 0 };
  },
};

/** The control API: what tests, scripts and the page use to act as a person and to look at what they would see. */
export function controlRoutes(slack: Slack): Hono {
  const routes = new Hono();
  for (const [name, act] of Object.entries(acts)) {
    routes.post(`/${name}`, async (c) => {
      const given = await bodyOf(c.req);
      if (!given) return c.json({ ok: false, error: 'The body must be a JSON object.' }, 400);
      const person = personIn(slack, given['user']);
      return answer(c, 'status' in person ? person : await act(slack, person, given));
    });
  }
  routes.post('/clock', async (c) => {
    const given = await bodyOf(c.req);
    const moved = await slack.clock.move(given ?? {});
    return c.json(moved, moved.ok ? 200 : 400);
  });
  looks(slack, routes);
  return routes;
}

/** The reading half: nothing here reaches the program. */
function looks(slack: Slack, routes: Hono): void {
  routes.get('/messages', (c) => {
    const channel = channelIn(slack, c.req.query('channel'));
    if ('status' in channel) return answer(c, channel);
    return c.json({ messages: messagesOf(slack, channel, c.req.query('thread_ts')) });
  });
  routes.get('/ephemerals', (c) => {
    const person = personIn(slack, c.req.query('user'));
    return 'status' in person ? answer(c, person) : c.json({ ephemerals: ephemeralsOf(slack, person.id) });
  });
  routes.get('/view', (c) => {
    const person = personIn(slack, c.req.query('user'));
    if ('status' in person) return answer(c, person);
    const stack = slack.views.stack(person.id);
    const home = c.req.query('home') === undefined ? {} : { home: slack.views.home(person.id) ?? null };
    return c.json({ view: stack.at(-1) ?? null, stack: stack.length, ...home });
  });
  routes.get('/clock', async (c) => {
    const read = await slack.clock.read();
    return c.json(read, read.ok ? 200 : 400);
  });
  routes.get('/people', (c) =>
    c.json({ people: slack.workspace.people.map(({ id, name, real_name, roles }) => ({ id, name, real_name, roles })) }),
  );
  routes.get('/log', (c) => c.json({ log: slack.traffic.entries() }));
}

function answer(c: Context, result: Outcome | Rejected): Response {
  if (!isRejected(result)) return c.json(result);
  const { status, ...rest } = result;
  return c.json({ ok: false, acknowledged: false, ack: null, ms: 0, ...rest }, status);
}
