import { SocketModeReceiver, type App, type Logger, type Receiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Log } from '../ports.ts';
import { within } from './within.ts';

export type ReceiverSettings = {
  readonly appToken: string;
  /** Called for each socket: the package writes into the object it gets. */
  readonly clientOptions: () => WebClientOptions;
  readonly logger: Logger;
  readonly log: Log;
  /** Slack gives each payload to one of the app's sockets, so a second one answers while the first is replaced. */
  readonly sockets?: number;
  /** Milliseconds before try `failures` (1, 2, …). */
  readonly backoff?: (failures: number) => number;
};

/** A receiver that also says how many of its sockets are open. */
export type SupervisedReceiver = Receiver & { open(): number };

/** A connection that got no hello by then is given up. */
const HELLO_MS = 15_000;
const STOP_MS = 1_500;
/** How often a socket is looked at. The package tells of a lost one only when its goodbye was answered, which takes half a minute. */
const LOOK_MS = 250;

/** Half a second, doubled up to thirty: apps.connections.open bears little more than that. */
function doubling(failures: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(failures - 1, 6));
}

/**
 * Socket Mode that survives. The package's own reconnect rejects where nobody catches it, which ends the process, and waits five
 * seconds first; here every socket is watched by us, replaced at once, and then ever more slowly. Neither a revoked token nor an
 * outage is more than a line in the log. `start` settles when each socket was tried once; `stop` within two seconds.
 */
export function supervisedReceiver(settings: ReceiverSettings): SupervisedReceiver {
  const sockets = Array.from({ length: settings.sockets ?? 2 }, (_, index) => supervised(settings, index + 1));
  return {
    init: (app: App) => {
      for (const socket of sockets) socket.init(app);
    },
    start: async () => {
      await Promise.all(sockets.map((socket) => socket.start()));
    },
    stop: async () => {
      await Promise.all(sockets.map((socket) => socket.stop()));
    },
    open: () => sockets.filter((socket) => socket.isOpen()).length,
  };
}

type Supervised = { init(app: App): void; start(): Promise<void>; stop(): Promise<void>; isOpen(): boolean };
type Client = SocketModeReceiver['client'];

function supervised(settings: ReceiverSettings, name: number): Supervised {
  const { log, backoff = doubling } = settings;
  let app: App | null = null;
  let state: 'idle' | 'connecting' | 'open' | 'stopped' = 'idle';
  let client: Client | null = null;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const isStopped = () => state === 'stopped';
  const later = (ms: number, act: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };

  async function connect(): Promise<void> {
    if (state !== 'idle') return;
    state = 'connecting';
    // A fresh one each time: the one before it may still be saying goodbye, for up to half a minute.
    const fresh = clientOf(settings, app);
    client = fresh;
    const deadline = setTimeout(() => {
      void fresh.disconnect();
      leave(fresh);
    }, HELLO_MS);
    try {
      await fresh.start();
      if (isStopped()) return leave(fresh);
      [state, failures] = ['open', 0];
      look();
    } catch (error) {
      if (isStopped()) return;
      state = 'idle';
      failures += 1;
      const ms = backoff(failures);
      log.warn({ socket: name, failures, retryMs: ms, why: reason(error) }, 'no connection to Slack');
      later(ms, () => void connect());
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Notices within a moment that the socket is closed or closing, whoever began it and whether or not the other side answers. */
  function look(): void {
    if (state !== 'open' || client === null) return;
    if (client.websocket?.isActive() === true) return later(LOOK_MS, look);
    leave(client);
    state = 'idle';
    void connect();
  }

  return {
    init: (given) => {
      app = given;
    },
    start: connect,
    isOpen: () => state === 'open' && client?.websocket?.isActive() === true,
    stop: async () => {
      state = 'stopped';
      clearTimeout(timer);
      if (client?.websocket === undefined) return;
      await within(client.disconnect(), STOP_MS);
      leave(client);
    },
  };
}

function clientOf({ appToken, logger, clientOptions }: ReceiverSettings, app: App | null): Client {
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    clientPingTimeout: 5_000,
    installerOptions: { clientOptions: clientOptions() },
  });
  if (app !== null) receiver.init(app);
  return receiver.client;
}

/** Closes what is left of a connection. Asked a second time, the package no longer waits for an answer. */
function leave(client: Client): void {
  void client.disconnect();
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : 'the connection was closed before it was greeted';
}
