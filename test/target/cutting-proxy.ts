import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** Where a connection is cut: inside the message that sends COMMIT, right behind it, or inside its answer. */
export type Cut =
  | { readonly where: 'request'; readonly bytes: number }
  | { readonly where: 'behind' }
  | { readonly where: 'answer'; readonly bytes: number }
  /** After so many bytes of ours, whatever they say. */
  | { readonly where: 'anywhere'; readonly bytes: number };

/** `freeze` stops the answers to the message with this text and keeps every socket open: half-open, as behind a firewall. */
export type Fault = { readonly cut: Cut } | { readonly freeze: string };

export type CuttingProxy = {
  /** The database behind it, for a client that must be reached over TCP. */
  readonly url: string;
  /** Breaks the next connection whose application_name holds `session`; each fault happens once. */
  readonly arm: (session: string, fault: Fault) => void;
  /** Whether the armed fault has happened. */
  readonly happened: () => boolean;
  /** New connections go to another server from now on; those that are open are cut. */
  readonly lead: (database: string) => void;
  readonly close: () => Promise<void>;
};

/** COMMIT as it travels behind marker and history row: Parse, and behind it Bind and Execute. */
const COMMIT = Buffer.concat([Buffer.from('P'), Buffer.from([0, 0, 0, 14]), Buffer.from('\0COMMIT\0\0\0')]);

/** A TCP proxy before a server on a socket directory, which breaks one connection at an exact byte. */
export async function startCuttingProxy(database: string): Promise<CuttingProxy> {
  let upstream = database;
  let armed: { readonly session: string; readonly fault: Fault } | null = null;
  const sockets = new Set<Socket>();

  const listener = createServer((client) => {
    const server = createConnection(socketOf(upstream));
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    const destroy = () => [client, server].forEach((socket) => void socket.destroy());
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    let fault: Fault | null = null;
    let started = false;
    let sent = 0;
    let answering = false;
    let frozen = false;
    let answered = 0;

    client.on('data', (data: Buffer) => {
      if (!started) {
        started = true;
        if (armed !== null && data.includes(armed.session)) {
          fault = armed.fault;
          armed = null;
        }
      }
      if (fault === null) return void server.write(data);
      if ('freeze' in fault) {
        frozen ||= data.includes(fault.freeze);
        return void server.write(data);
      }
      const { cut } = fault;
      const before = sent;
      sent += data.length;
      if (cut.where === 'anywhere' && sent >= cut.bytes) {
        server.write(data.subarray(0, cut.bytes - before), destroy);
        return;
      }
      const at = data.indexOf(COMMIT);
      if (cut.where === 'anywhere' || at < 0) return void server.write(data);
      if (cut.where === 'request') return void server.write(data.subarray(0, at + cut.bytes), destroy);
      if (cut.where === 'behind') return void server.write(data, destroy);
      answering = true;
      server.write(data);
    });
    server.on('data', (data: Buffer) => {
      if (frozen) return;
      if (!answering || fault === null || !('cut' in fault) || fault.cut.where !== 'answer') return void client.write(data);
      const left = fault.cut.bytes - answered;
      answered += data.length;
      if (data.length < left) return void client.write(data);
      client.write(data.subarray(0, left), destroy);
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const url = new URL(database);
  url.search = '';
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: url.href,
    arm: (session, fault) => (armed = { session, fault }),
    happened: () => armed === null,
    lead: (other) => {
      upstream = other;
      cutAll();
    },
    close: async () => {
      cutAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}

function socketOf(database: string): string {
  const url = new URL(database);
  return `${url.searchParams.get('host') ?? ''}/.s.PGSQL.${url.port || '5432'}`;
}
