import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { argumentsOf } from './arguments.ts';
import { controlRoutes } from './control/routes.ts';
import { respondTo } from './interactions/respond.ts';
import { relayMetrics } from './metrics-relay.ts';
import type { MetricsRelay } from './metrics-relay.ts';
import type { SlackOptions } from './options.ts';
import { pageRoutes } from './page-routes.ts';
import { replyTo } from './replies.ts';
import { buildSlack } from './slack.ts';
import type { Slack } from './slack.ts';
import type { DisconnectReason } from './sockets.ts';
import { answerCall } from './web-api.ts';

export type { ClockControl, DeclaredCommand, Person, SlackOptions } from './options.ts';

/** Node's own request, for what only a connection can do. */
type Site = { Bindings: HttpBindings };

export type LocalSlack = {
  /** The page, for a browser. */
  readonly url: string;
  /** For the program: `SLACK_API_URL`. */
  readonly apiUrl: string;
  /** How many sockets the program has open and in use. */
  sockets(): number;
  /** Asks the oldest `atMost` sockets (all unless told) to reconnect; answers how many were asked. */
  disconnect(reason: DisconnectReason, atMost?: number): number;
  stop(): Promise<void>;
};

/**
 * Starts a Slack workspace of one's own on 127.0.0.1: the Web API and Socket Mode for an unmodified @slack/bolt, a page for
 * people at `url`, and a control API below `/_control` for tests. Everything lives in memory and is gone after `stop`.
 */
export async function startSlack(options: SlackOptions): Promise<LocalSlack> {
  let site = new Hono<Site>();
  const server = createAdaptorServer({ fetch: (request, connection) => site.fetch(request, connection) }) as Server;
  await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const slack = buildSlack(options, url);
  const metrics = relayMetrics(options.metricsUrl, slack.live);
  site = routesOf(slack, metrics);
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/link/') === true) slack.sockets.accept(request, socket, head);
    else socket.destroy();
  });
  return {
    url,
    apiUrl: `${url}/api/`,
    sockets: () => slack.sockets.open(),
    disconnect: (reason, atMost) => slack.sockets.disconnect(reason, atMost),
    async stop() {
      metrics.stop();
      await slack.stop();
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function routesOf(slack: Slack, metrics: MetricsRelay): Hono<Site> {
  const site = new Hono<Site>();
  site.use(async (c, next) => (fromHere(c.req.raw) ? next() : c.json({ ok: false, error: 'only from this machine' }, 403)));
  site.all('/api/*', (c) => answerCall(slack, c.req.raw, c.env.incoming, c.req.path.slice('/api/'.length)));
  site.post('/upload/v1/:secret', async (c) => {
    const bytes = await uploaded(c.req.raw);
    const asked = { path: c.req.path, bytes: bytes.length };
    return replyTo(slack, {
      method: 'upload',
      asked,
      connection: c.env.incoming,
      answer: () => (slack.files.receive(c.req.path, bytes) ? { status: 200, body: 'OK' } : { status: 404, body: 'Not found' }),
    });
  });
  site.post('/actions/:team/:secret', async (c) => {
    const read = await argumentsOf(c.req.raw);
    return replyTo(slack, {
      method: 'response_url',
      asked: 'args' in read ? read.args : {},
      connection: c.env.incoming,
      answer: () => ('refusal' in read ? { status: 400, body: read.refusal } : respondTo(slack, c.req.path, read.args)),
    });
  });
  site.route('/_control', controlRoutes(slack));
  site.route('/', pageRoutes(slack, metrics));
  site.notFound((c) => c.json({ ok: false, error: 'not_found' }, 404));
  site.onError((error, c) => {
    slack.options.log?.(`local Slack failed on ${c.req.path}: ${error.message}`);
    return c.json({ ok: false, error: 'internal_error' }, 500);
  });
  return site;
}

/** Other sites open in the same browser must not act here: the names must be ours, and so must the page that asks. */
function fromHere(request: Request): boolean {
  const ours = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
  const origin = request.headers.get('origin');
  if (!ours.test(request.headers.get('host') ?? '')) return false;
  return origin === null || ours.test(origin.replace(/^https?:\/\//, ''));
}

/** The bytes of an upload: the SDK sends a form with one file in it, curl sends them as they are. */
async function uploaded(request: Request): Promise<Uint8Array> {
  if (!(request.headers.get('content-type') ?? '').includes('multipart/form-data')) return new Uint8Array(await request.arrayBuffer());
  for (const [, value] of await request.formData()) {
    if (typeof value !== 'string') return new Uint8Array(await value.arrayBuffer());
  }
  return new Uint8Array();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
      done();
    });
  });
}
