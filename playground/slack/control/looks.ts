import { Hono } from 'hono';
import { Temporal } from 'temporal-polyfill';
import { shownChannel } from '../channel-changes.ts';
import type { Slack } from '../slack.ts';
import { answer, invalid } from './answer.ts';
import { channelIn, personIn } from './found.ts';
import { ephemeralsOf, messagesOf } from './messages.ts';

/** The reading half: nothing here reaches the program. */
export function lookRoutes(slack: Slack): Hono {
  const routes = new Hono();
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
  routes.get('/people', (c) =>
    c.json({ people: slack.workspace.people.map(({ id, name, real_name, roles }) => ({ id, name, real_name, roles })) }),
  );
  routes.get('/log', (c) => {
    const { since = '', limit } = c.req.query();
    const isSince = /^\d*$/.test(since) || isMoment(since);
    const isLimit = limit === undefined || /^\d+$/.test(limit);
    if (!isSince) return invalid(c, ['since must be the id of an entry, or a moment as 2026-11-24T19:00:00Z']);
    if (!isLimit) return invalid(c, ['limit must be a whole number']);
    return c.json({ log: slack.traffic.entries({ since, ...(limit === undefined ? {} : { limit: Number(limit) }) }) });
  });
  routes.get('/state', (c) =>
    c.json({
      sockets: slack.sockets.open(),
      outage: slack.outage.isOn(),
      faults: slack.faults.list(),
      channels: [...slack.workspace.channels.values()].map(shownChannel),
      people: slack.workspace.people,
    }),
  );
  return routes;
}

/** An instant as ISO 8601 has it: a day alone, or a time without its zone, is none. */
function isMoment(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}
