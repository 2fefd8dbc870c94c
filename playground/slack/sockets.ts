import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { since } from './delivery.ts';
import type { Delivery, Envelope } from './delivery.ts';
import { app, secret } from './identifiers.ts';
import { isObject } from './json.ts';
import { lineOf } from './lines.ts';
import type { Line } from './lines.ts';

export const disconnectReasons = ['warning', 'refresh_requested', 'link_disabled', 'too_many_websockets'] as const;
export type DisconnectReason = (typeof disconnectReasons)[number];

export type Sockets = {
  /** A ticket opens one socket, once. */
  issueTicket(): string;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends the envelope to exactly one open socket and waits for its acknowledgement. */
  deliver(envelope: Envelope): Promise<Delivery>;
  open(): number;
  /**
   * Asks the oldest `atMost` open sockets (all unless told) to reconnect, as Slack does when it recycles a connection, and
   * closes them after a while; with `linger` never. Returns how many were asked.
   */
  disconnect(reason: DisconnectReason, atMost?: number, linger?: boolean): number;
  /** Cuts the connections without a word. Returns how many. */
  drop(atMost?: number): number;
  /** Half-open: what is open now neither says nor hears anything until `false`. New sockets are well. Returns how many. */
  freeze(on: boolean, atMost?: number): number;
  stop(): Promise<void>;
};

export type SocketSettings = {
  /** How often each socket is told to reconnect, in ms; 0 = never. */
  readonly refreshEveryMs: number;
  readonly ackWithinMs: number;
  /** During an outage no socket is let in. */
  readonly isAway: () => boolean;
  readonly onCount: (open: number) => void;
};

type Link = {
  readonly socket: WebSocket;
  readonly line: Line;
  retiring: boolean;
  lingers: boolean;
  frozen: boolean;
  alive: boolean;
  refresh?: NodeJS.Timeout;
};

const socketsPerApp = 10;
const pingEveryMs = 10_000;
/** A client that was asked to reconnect and does not close is closed by us, and cut off when it does not answer that. */
const closeAfterMs = 5_000;
const cutAfterMs = 10_000;
const goodbyeMs = 500;

/** Socket Mode: tickets, hello, envelopes, acknowledgements, refresh (docs.slack.dev/apis/events-api/using-socket-mode). */
export function openSockets(settings: SocketSettings): Sockets {
  // ws would end a lingering connection by itself after thirty seconds; when to cut is for `retire` to say.
  const manners = { noServer: true, closeTimeout: 2 ** 31 - 1 };
  const server = new WebSocketServer(manners);
  const tickets = new Set<string>();
  const links: Link[] = [];
  const waiting = new Map<string, ((payload: unknown) => void)[]>();
  const timers = new Set<NodeJS.Timeout>();
  let accepted = 0;

  const ready = (): Link[] => links.filter((link) => !link.retiring && link.socket.readyState === link.socket.OPEN);
  const count = (): void => settings.onCount(ready().length);

  function later(run: () => void, ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer.unref());
    return timer;
  }

  function retire(link: Link, reason: DisconnectReason, linger = false): void {
    link.retiring = true;
    link.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local-stand-in' } }));
    if (linger) {
      link.lingers = true;
      link.line.linger();
      return;
    }
    later(() => link.socket.close(), closeAfterMs);
    later(() => link.socket.terminate(), cutAfterMs);
  }

  function welcome(socket: WebSocket, line: Line): void {
    const link: Link = { socket, line, retiring: false, alive: true, frozen: false, lingers: false };
    links.push(link);
    accepted += 1;
    socket.on('pong', () => (link.alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => {
      if (!isBinary && !link.frozen && Buffer.isBuffer(data)) hear(data.toString());
    });
    socket.on('close', () => {
      links.splice(links.indexOf(link), 1);
      clearTimeout(link.refresh);
      count();
    });
    const hello = { type: 'hello', num_connections: ready().length, connection_info: { app_id: app.id } };
    socket.send(JSON.stringify({ ...hello, debug_info: { host: 'local-stand-in', build_number: 1, approximate_connection_time: 600 } }));
    if (ready().length > socketsPerApp) retire(link, 'too_many_websockets');
    // Sockets opened together must not be refreshed together: that would be an outage of our own making.
    const spread = 1 - 0.15 * (accepted % 3);
    if (settings.refreshEveryMs > 0) link.refresh = later(() => retire(link, 'refresh_requested'), settings.refreshEveryMs * spread);
    count();
  }

  function hear(data: string): void {
    let said: unknown;
    try {
      said = JSON.parse(data);
    } catch {
      return;
    }
    if (!isObject(said) || typeof said['envelope_id'] !== 'string') return;
    waiting.get(said['envelope_id'])?.[0]?.(said['payload']);
  }

  const pings = setInterval(() => {
    for (const link of links.filter(({ lingers }) => !lingers)) {
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
    const id = envelope.envelope_id;
    return new Promise((settle) => {
      function end(delivery: Delivery): void {
        clearTimeout(timer);
        timers.delete(timer);
        const others = (waiting.get(id) ?? []).filter((other) => other !== answered);
        if (others.length > 0) waiting.set(id, others);
        else waiting.delete(id);
        settle(delivery);
      }
      function answered(payload: unknown): void {
        const empty = !isObject(payload) || Object.keys(payload).length === 0;
        end({ acknowledged: true, ack: empty ? null : payload, ms: since(started) });
      }
      const timer = later(() => end({ acknowledged: false, reason: 'timeout', ms: since(started) }), settings.ackWithinMs);
      // The same envelope may be under way twice: each acknowledgement is for the older one.
      waiting.set(id, [...(waiting.get(id) ?? []), answered]);
      link.socket.send(JSON.stringify(envelope));
    });
  }

  function some(atMost = Number.POSITIVE_INFINITY): Link[] {
    return ready().slice(0, atMost);
  }

  return {
    issueTicket() {
      const ticket = secret();
      tickets.add(ticket);
      return ticket;
    },
    accept(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      const refusal = settings.isAway() ? '503 Service Unavailable' : tickets.delete(ticket) ? undefined : '401 Unauthorized';
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => welcome(opened, lineOf(socket)));
    },
    deliver,
    open: () => ready().length,
    disconnect(reason, atMost, linger) {
      const chosen = some(atMost);
      for (const link of chosen) retire(link, reason, linger);
      count();
      return chosen.length;
    },
    drop(atMost) {
      // Those that were asked to leave and linger are connections, too.
      const chosen = atMost === undefined ? [...links] : some(atMost);
      for (const link of chosen) link.socket.terminate();
      count();
      return chosen.length;
    },
    freeze(on, atMost) {
      const chosen = on ? some(atMost) : links.filter((link) => link.frozen).slice(0, atMost);
      for (const link of chosen) {
        link.frozen = on;
        link.line.mute(on);
      }
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
