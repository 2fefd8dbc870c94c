import { SocketModeReceiver, type App, type Logger, type Receiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Log } from '../ports.ts';

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
const STOP_MS = 2_000;

/** Half a second, doubled up to thirty: apps.connections.open bears little more than that. */
function doubling(failures: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(failures - 1, 6));
}

/**
 * Socket Mode that survives. The package's own reconnect rejects where nobody catches it, which ends the process, and waits five
 * seconds first; here every socket is watched by us, reconnects at once, and then ever more slowly. Neither a revoked token nor an
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

function supervised(settings: ReceiverSettings, name: number): Supervised {
  const { appToken, logger, log, backoff = doubling } = settings;
  const inner = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    clientPingTimeout: 5_000,
    installerOptions: { clientOptions: settings.clientOptions() },
  });
  const { client } = inner;
  let state: 'idle' | 'connecting' | 'open' | 'stopped' = 'idle';
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), ms);
  };

  async function connect(): Promise<void> {
    if (state === 'connecting' || state === 'stopped') return;
    state = 'connecting';
    const deadline = setTimeout(() => void client.disconnect(), HELLO_MS);
    try {
      await client.start();
      if (isStopped()) return void client.disconnect();
      state = 'open';
      failures = 0;
    } catch (error) {
      if (isStopped()) return;
      state = 'idle';
      failures += 1;
      const ms = backoff(failures);
      log.warn({ socket: name, failures, retryMs: ms, why: reason(error) }, 'no connection to Slack');
      later(ms);
    } finally {
      clearTimeout(deadline);
    }
  }

  const isStopped = () => state === 'stopped';

  client.on('disconnected', () => {
    if (state !== 'open') return;
    state = 'idle';
    later(0);
  });

  return {
    init: (app) => inner.init(app),
    start: connect,
    isOpen: () => state === 'open',
    stop: async () => {
      state = 'stopped';
      clearTimeout(timer);
      if (client.websocket === undefined) return;
      await within(client.disconnect(), STOP_MS);
    },
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : 'the connection was closed before it was greeted';
}

/** Settles with the promise, or after that time. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let cap: NodeJS.Timeout | undefined;
  const capped = new Promise<void>((done) => {
    cap = setTimeout(done, ms);
  });
  await Promise.race([promise, capped]);
  clearTimeout(cap);
}
