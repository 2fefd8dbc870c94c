import { readFile, readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { shownChannel } from './channel-changes.ts';
import { app, team } from './identifiers.ts';
import type { Json } from './json.ts';
import { asShown } from './messages.ts';
import type { MetricsRelay } from './metrics-relay.ts';
import type { Slack } from './slack.ts';

const folder = fileURLToPath(new URL('page/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The page shows other people's text: nothing but its own files may run. */
const policy =
  "default-src 'self'; img-src 'self' https: data:; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const stillThereMs = 15_000;

/** The page, its files, the state it starts from and the stream of what happens after that. */
export function pageRoutes(slack: Slack, metrics: MetricsRelay): Hono {
  const routes = new Hono();
  routes.get('/', () => pageFile('index.html'));
  routes.get('/archives/*', () => pageFile('index.html'));
  routes.get('/page/:file', (c) => pageFile(c.req.param('file')));
  routes.get('/favicon.ico', () => pageFile('icon.svg'));
  routes.get('/_page/state', async (c) => c.json(await startingState(slack, metrics)));
  routes.get('/_page/events', () => eventStream(slack));
  routes.get('/files/:id/:name', (c) => {
    const file = slack.files.read(c.req.param('id'));
    if (!file) return c.notFound();
    // A picture, or plain text: an uploaded page must not run as ours.
    const type = file.mimetype.startsWith('image/') ? file.mimetype : 'text/plain; charset=utf-8';
    const headers = { 'content-type': type, 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };
    return new Response(Buffer.from(file.bytes), { headers });
  });
  return routes;
}

async function pageFile(name: string): Promise<Response> {
  const known = await readdir(folder);
  if (!known.includes(name)) return new Response('Not found', { status: 404 });
  const headers = {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': policy,
    'cache-control': 'no-cache',
    'referrer-policy': 'no-referrer',
  };
  return new Response(await readFile(folder + name), { headers });
}

/** Ephemeral messages are not part of it: in Slack, too, they are gone after a reload. */
async function startingState(slack: Slack, metrics: MetricsRelay): Promise<Json> {
  const { workspace, messages, views, sockets, outage, faults, options } = slack;
  const clock = await slack.clock.read();
  const channels = [...workspace.channels.values()];
  const said = channels.flatMap(({ id }) => {
    const roots = messages.roots(id).filter((message) => message.thread_ts === undefined);
    return roots.flatMap((root) => messages.thread(id, root.ts));
  });
  return {
    team,
    app: { ...app, name: workspace.appName, display_name: workspace.appDisplayName },
    people: workspace.people,
    viewer: workspace.person(options.viewer ?? '')?.id ?? workspace.people[0]?.id ?? null,
    channels: channels.map(shownChannel),
    commands: options.commands,
    shortcuts: options.shortcuts ?? [],
    messages: said.map((message) => asShown(message, messages.replies(message))),
    modals: Object.fromEntries(workspace.people.map(({ id }) => [id, views.stack(id)])),
    homes: Object.fromEntries(workspace.people.map(({ id }) => [id, views.home(id) ?? null])),
    clock: clock.ok ? { now: clock.now, zone: clock.zone } : null,
    metrics: metrics.recent(),
    metricsLimits: options.metricsLimits ?? {},
    sockets: sockets.open(),
    http: options.http?.url ?? null,
    outage: outage.isOn(),
    faults: faults.list(),
  };
}

function eventStream({ live }: Slack): Response {
  const encoder = new TextEncoder();
  let stop: (() => void) | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      const send = (text: string): void => {
        try {
          stream.enqueue(encoder.encode(text));
        } catch {
          // The page went away between two events; that must not fail the call that caused this one.
          stop?.();
        }
      };
      send(': connected\n\n');
      const mute = live.listen((event) => send(`data: ${JSON.stringify(event)}\n\n`));
      const alive = setInterval(() => send(': still there\n\n'), stillThereMs).unref();
      stop = () => {
        mute();
        clearInterval(alive);
      };
    },
    cancel: () => stop?.(),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } });
}
