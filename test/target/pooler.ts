import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

export type Pooler = { readonly url: string; readonly close: () => Promise<void> };

type Server = { readonly socket: Socket; busy: boolean };
type Waiting = { readonly messages: Buffer; readonly client: Socket };

const AUTHENTICATED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/**
 * A transaction pooler in miniature, as PgBouncer with pool_mode=transaction: every transaction of any client goes to
 * whichever of `count` server sessions is next. Only what the probe needs: it lets everybody in and knows no cancel.
 */
export async function startPooler(database: string, count: number): Promise<Pooler> {
  const servers = await Promise.all(Array.from({ length: count }, () => serverSession(database)));
  const queue: Waiting[] = [];
  let next = 0;

  const dispatch = () => {
    const free = servers.map((_, index) => servers[(next + index) % count]).find((server) => server?.busy === false);
    const waiting = free === undefined ? undefined : queue.shift();
    if (free === undefined || waiting === undefined) return;
    next = (servers.indexOf(free) + 1) % count;
    free.busy = true;
    const answer = messagesOf((type, message) => {
      waiting.client.write(message);
      if (type !== 'Z') return;
      free.socket.off('data', answer);
      free.busy = false;
      dispatch();
    });
    free.socket.on('data', answer);
    free.socket.write(waiting.messages);
  };

  const clients = new Set<Socket>();
  const listener = createServer((client) => {
    clients.add(client);
    client.on('error', () => {});
    let started = false;
    let batch: Buffer[] = [];
    const read = messagesOf((type, message) => {
      if (type === 'X') return client.end();
      batch.push(message);
      if (type !== 'Q' && type !== 'S') return;
      queue.push({ messages: Buffer.concat(batch), client });
      batch = [];
      dispatch();
    });
    client.on('data', (data: Buffer) => {
      if (started) return read(data);
      started = true;
      client.write(AUTHENTICATED);
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async () => {
    for (const socket of [...clients, ...servers.map((server) => server.socket)]) socket.destroy();
    listener.close();
    await once(listener, 'close');
  };
  return { url: `postgresql://postgres@127.0.0.1:${port}/pooled`, close };
}

/** One authenticated connection to the real server (trust authentication). */
async function serverSession(database: string): Promise<Server> {
  const url = new URL(database);
  const directory = url.searchParams.get('host') ?? '';
  const socket = createConnection(`${directory}/.s.PGSQL.${url.port || '5432'}`);
  socket.on('error', () => {});
  const parameters = `user\0postgres\0database\0${decodeURIComponent(url.pathname.slice(1))}\0\0`;
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + Buffer.byteLength(parameters), 0);
  head.writeInt32BE(196_608, 4);
  socket.write(Buffer.concat([head, Buffer.from(parameters)]));
  await new Promise<void>((resolve) => {
    const read = messagesOf((type) => {
      if (type !== 'Z') return;
      socket.off('data', read);
      resolve();
    });
    socket.on('data', read);
  });
  return { socket, busy: false };
}

/** Cuts a stream of typed messages: one byte of type, four of length, the rest. */
function messagesOf(take: (type: string, message: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1);
      const message = rest.subarray(0, end);
      rest = rest.subarray(end);
      take(String.fromCharCode(message[0] ?? 0), message);
    }
  };
}
