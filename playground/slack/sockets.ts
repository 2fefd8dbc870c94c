import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { app, secret } from './identifiers.ts';
import { isObject } from './json.ts';
import type { Json } from './json.ts';

/** What became of an envelope: the payload of the acknowledgement (null when it was empty), or why there is none. */
export type Delivery =
  | { readonly acknowledged: true; readonly ack: Json | null; readonly ms: number }
  | { readonly acknowledged: false; readonly reason: 'no_socket' | 'timeout'; readonly ms: number };

export type Envelope = { readonly type: 'slash_commands' | 'interactive' | 'events_api'; readonly payload: object } & Json;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

export type Sockets = {
  /** A ticket opens one socket, once. */
  issueTicket(): string;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends the envelope to exactly one open socket and waits for its acknowledgement. */
  deliver(envelope: Envelope): Promise<Delivery>;
  open(): number;
  /** Asks the oldest open sockets to reconnect, as Slack does when it recycles a connection. Returns how many. */
  disconnect(reason: DisconnectReason, atMost?: number): number;
  stop(): Promise<void>;
};

type Link = { readonly socket: WebSocket; retiring: boolean; alive: boolean; refresh?: NodeJS.Timeout };

const socketsPerApp = 10;
const pingEveryMs = 10_000;
/** A client that was asked to reconnect and does not close is closed by us. */
const closeAfterMs = 5_000;
const goodbyeMs = 500;

/** Milliseconds since `started`, to a tenth. */
function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}

/** Socket Mode: tickets, hello, envelopes, acknowledgements, refresh (docs.slack.dev/apis/events-api/using-socket-mode). */
export function openSockets(settings: { refreshEveryMs: number; ackWithinMs: number; onCount: (open: number) => void }): Sockets {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const links: Link[] = [];
  const waiting = new Map<string, (payload: unknown) => void>();
  const timers = new Set<NodeJS.Timeout>();
  let accepted = 0;

  const ready = (): Link[] => links.filter((link) => !link.retiring && link.socket.readyState === link.socket.OPEN);

  function later(run: () => void, ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer.unref());
    return timer;
  }

  function retire(link: Link, reason: DisconnectReason): void {
    link.retiring = true;
    link.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local-stand-in' } }));
    later(() => link.socket.close(), closeAfterMs);
  }

  function welcome(socket: WebSocket): void {
    const link: Link = { socket, retiring: false, alive: true };
    links.push(link);
    accepted += 1;
    socket.on('pong', () => (link.alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => {
      if (!isBinary && Buffer.isBuffer(data)) hear(data.toString());
    });
    socket.on('close', () => {
      links.splice(links.indexOf(link), 1);
      clearTimeout(link.refresh);
      settings.onCount(ready().length);
    });
    const hello = { type: 'hello', num_connections: ready().length, connection_info: { app_id: app.id } };
    socket.send(JSON.stringify({ ...hello, debug_info: { host: 'local-stand-in', build_number: 1, approximate_connection_time: 600 } }));
    if (ready().length > socketsPerApp) retire(link, 'too_many_websockets');
    // Sockets opened together must not be refreshed together: that would be an outage of our own making.
    const spread = 1 - 0.15 * (accepted % 3);
    if (settings.refreshEveryMs > 0) link.refresh = later(() => retire(link, 'refresh_requested'), settings.refreshEveryMs * spread);
    settings.onCount(ready().length);
  }

  function hear(data: string): void {
    let said: unknown;
    try {
      said = JSON.parse(data);
    } catch {
      return;
    }
    if (!isObject(said) || typeof said['envelope_id'] !== 'string') return;
    waiting.get(said['envelope_id'])?.(said['payload']);
  }

  const pings = setInterval(() => {
    for (const link of links) {
      if (!link.alive) link.socket.terminate();
      link.alive = false;
      link.socket.ping();
    }
  }, pingEveryMs).unref();

  function deliver(envelope: Envelope): Promise<Delivery> {
    const started = performance.now();
    const link = ready()[0];
    if (!link) return Promise.resolve({ acknowledged: false, reason: 'no_socket', ms: 0 });
    // Slack picks any one of them; in turn is the version of "any" that lets a test see both.
    links.splice(links.indexOf(link), 1);
    links.push(link);
    const id = crypto.randomUUID();
    return new Promise((settle) => {
      const timer = later(() => {
        waiting.delete(id);
        settle({ acknowledged: false, reason: 'timeout', ms: since(started) });
      }, settings.ackWithinMs);
      waiting.set(id, (payload) => {
        waiting.delete(id);
        clearTimeout(timer);
        timers.delete(timer);
        const empty = !isObject(payload) || Object.keys(payload).length === 0;
        settle({ acknowledged: true, ack: empty ? null : payload, ms: since(started) });
      });
      const accepts = envelope.type !== 'events_api';
      link.socket.send(JSON.stringify({ envelope_id: id, accepts_response_payload: accepts, ...envelope }));
    });
  }

  return {
    issueTicket() {
      const ticket = secret();
      tickets.add(ticket);
      return ticket;
    },
    accept(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    deliver,
    open: () => ready().length,
    disconnect(reason, atMost = Number.POSITIVE_INFINITY) {
      const chosen = ready().slice(0, atMost);
      for (const link of chosen) retire(link, reason);
      settings.onCount(ready().length);
      return chosen.length;
    },
    async stop() {
      clearInterval(pings);
      for (const timer of timers) clearTimeout(timer);
      // A close frame first: a client that is cut off in the middle of its own goodbye reports an error that is none.
      for (const link of links) link.socket.close(1001);
      const deadline = performance.now() + goodbyeMs;
      while (links.length > 0 && performance.now() < deadline) await pause(10);
      for (const link of links) link.socket.terminate();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
