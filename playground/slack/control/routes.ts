import { Hono } from 'hono';
import type { Slack } from '../slack.ts';
import { acts } from './acts.ts';
import { answer, invalid, taking } from './answer.ts';
import { changeRoutes } from './changes.ts';
import { personIn } from './found.ts';
import { lookRoutes } from './looks.ts';
import { troubleRoutes } from './trouble.ts';
import { uploadRoutes } from './uploads.ts';

/**
 * The control API: what tests, scripts and the page use to act as a person, to look at what they would see, and to make
 * things go wrong. What cannot be done is answered with 400 or 404 and invalid_arguments, with sentences that say why.
 */
export function controlRoutes(slack: Slack): Hono {
  const routes = new Hono();
  for (const [name, act] of Object.entries(acts)) {
    const handle = taking(async (c, given) => {
      const person = personIn(slack, given['user']);
      return answer(c, 'status' in person ? person : await act(slack, person, given));
    });
    routes.post(`/${name}`, handle);
  }
  routes.get('/clock', async (c) => {
    const read = await slack.clock.read();
    return read.ok ? c.json(read) : invalid(c, [read.error]);
  });
  routes.post(
    '/clock',
    taking(async (c, given) => {
      const moved = await slack.clock.move(given);
      return moved.ok ? c.json(moved) : invalid(c, [moved.error]);
    }),
  );
  routes.route('/', lookRoutes(slack));
  routes.route('/', changeRoutes(slack));
  routes.route('/', troubleRoutes(slack));
  routes.route('/', uploadRoutes(slack));
  routes.all('/*', (c) => invalid(c, [`There is no ${c.req.method} ${c.req.path} here.`], 404));
  return routes;
}
