import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What a source would believe, were it not for the fault: its content type, and the answer around one value and one time. */
export type Answer = { readonly type: string; readonly text: (value: string, at: string) => string; readonly date?: string };

/** The twenty faults of a monitoring source (T10), and what was met besides. */
export const FAULTS = [
  '429 with Retry-After',
  '429 without Retry-After',
  '500 with the right body',
  '502 with HTML',
  'no answer',
  'slow drip',
  'reset',
  'TLS that fails',
  'bad JSON',
  'wrong shape',
  'NaN',
  'Infinity',
  'a negative number',
  'a number in quotes',
  'an empty body',
  'null',
  'a stale time',
  'a future time',
  'a body of 50 MB',
  'a redirect to an internal address',
  // Two more than T10 lists.
  'HTML with 200',
  'an answer out of an old cache',
] as const;
export type Fault = (typeof FAULTS)[number];

const VALUES: Partial<Record<Fault, string>> = {
  NaN: 'NaN',
  Infinity: 'Infinity',
  'a negative number': '-1',
  'a number in quotes': '"0.5"',
  null: 'null',
};

export type FaultyServer = {
  readonly url: string;
  /** From now on it answers like this; null is well. */
  readonly turn: (fault: Fault | null) => void;
  readonly counted: { requests: number; bytes: number };
  stop(): Promise<void>;
};

export type Times = { readonly now: string; readonly stale: string; readonly future: string };

/** An HTTP server that is well until it is told a fault. Error bodies repeat what it was sent, as careless services do. */
export async function faultyServer(
  answer: (request: IncomingMessage) => Answer,
  { times, good }: { times: Times; good: string },
): Promise<FaultyServer> {
  let fault: Fault | null = null;
  const counted = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    counted.requests += 1;
    const { type, text, date } = answer(request);
    const at = fault === 'a stale time' ? times.stale : fault === 'a future time' ? times.future : times.now;
    const right = text(fault === null ? good : (VALUES[fault] ?? good), at);
    const echo = `${request.url} ${JSON.stringify(request.headers)}`;
    response.sendDate = false;
    void misbehave(response, { fault, type, right, echo, counted, date: date ?? at }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turn: (next) => void (fault = next),
    counted,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Case = { fault: Fault | null; type: string; right: string; echo: string; date: string; counted: { bytes: number } };

async function misbehave(response: ServerResponse, { fault, type, right, echo, date, counted }: Case): Promise<void> {
  const headers = { 'content-type': type, date: new Date(date).toUTCString() };
  switch (fault) {
    case '429 with Retry-After':
      return void response.writeHead(429, { ...headers, 'retry-after': '120' }).end(echo);
    case '429 without Retry-After':
      return void response.writeHead(429, headers).end(right);
    case '500 with the right body':
      return void response.writeHead(500, headers).end(right);
    case '502 with HTML':
      return void response.writeHead(502, { ...headers, 'content-type': 'text/html' }).end(`<h1>Bad gateway</h1>${echo}`);
    case 'no answer':
      return;
    case 'slow drip':
      response.writeHead(200, headers);
      for (const letter of right) {
        if (response.destroyed) return;
        response.write(letter);
        await pause(30);
      }
      return void response.end();
    case 'reset':
      response.writeHead(200, { ...headers, 'content-length': right.length });
      response.write(right.slice(0, 5));
      return void response.socket?.resetAndDestroy();
    case 'bad JSON':
      return void response.writeHead(200, headers).end(`{"value": ${echo}`);
    case 'wrong shape':
      return void response.writeHead(200, headers).end(type === 'text/plain' ? 'another_metric 1\n' : '{"status":"success","data":{}}');
    case 'an empty body':
      return void response.writeHead(200, headers).end();
    case 'a body of 50 MB':
      response.writeHead(200, headers);
      for (let megabyte = 0; megabyte < 50 && !response.destroyed; megabyte += 1) {
        // Blanks before it: a client that reads on finds the right answer at the end.
        counted.bytes += 1_000_000;
        if (!response.write(type === 'text/plain' ? '#\n'.repeat(500_000) : ' '.repeat(1_000_000))) await drained(response);
      }
      return void response.end(right);
    case 'HTML with 200':
      return void response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(`<title>Log in</title>${echo}`);
    case 'an answer out of an old cache':
      return void response.writeHead(200, { ...headers, age: '600' }).end(right);
    case 'a redirect to an internal address':
      return void response.writeHead(302, { ...headers, location: 'http://169.254.169.254/latest/meta-data/' }).end();
    default:
      return void response.writeHead(200, headers).end(right);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
