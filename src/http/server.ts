import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Services } from '../ports.ts';
import { failure, type Answer } from './answers.ts';
import type { Body } from './commands.ts';
import { repeats, type Repeats } from './repeats.ts';
import { answered } from './routes.ts';
import { bearer, type TokenHash } from './tokens.ts';

export type ApiSettings = { readonly host: string; readonly port: number; readonly tokens: readonly TokenHash[] };

/** The listening API; `port` is the one it got. */
export type Api = { readonly port: number; stop(): Promise<void> };

const MOST_BYTES = 64 * 1024;
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
/** A key is what a client makes up for one request: visible ASCII, as in a header. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Serves the API: the same commands as Slack and the terminal, decided by the same use case, for people with a token. Rejects when the
 * port cannot be had. Nothing that is sent is logged.
 */
export async function serveApi(services: Services, { host, port, tokens }: ApiSettings): Promise<Api> {
  const same = repeats();
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    void respond(request, response, () => answerTo(request, { services, tokens, same }));
  });
  await listen(server, host, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

type Parts = { readonly services: Services; readonly tokens: readonly TokenHash[]; readonly same: Repeats };

async function answerTo(request: IncomingMessage, { services, tokens, same }: Parts): Promise<Answer> {
  const person = bearer(request.headers.authorization, tokens, services.people());
  if (person === null) return UNKNOWN_PERSON;
  const body = await bodyOf(request);
  if ('status' in body) return body;
  const key = keyOf(request);
  if (typeof key === 'object' && key !== null) return key;
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname.split('/').slice(1).map(decoded);
  const { method = 'GET' } = request;
  const asked = { services, person, method, path, query, body: body.json, key };
  // A key counts for one person, one method and one address.
  const name = key === null || method !== 'POST' ? null : `${person.id} ${pathname} ${key}`;
  return same(name, async () => {
    try {
      return await answered(asked);
    } catch (error) {
      return broken(services, error);
    }
  });
}

const UNKNOWN_PERSON: Answer = {
  ...failure(401, 'unauthenticated', {
    message: 'No token of a person of the configuration was sent. Nothing was changed.',
    next: 'Send "Authorization: Bearer TOKEN" with the token that stands for you under api.tokens.',
  }),
  headers: { 'www-authenticate': 'Bearer' },
};

/** Something is away, or a bug: the log has the details, under the id that is told. */
function broken({ log }: Services, error: unknown): Answer {
  const id = randomUUID().slice(0, 8);
  log.error(
    { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'an HTTP request could not be answered',
  );
  const message = `Offpeak could not finish that; whether it was recorded is on the run. Error id ${id}.`;
  return failure(503, 'unavailable', { message, next: 'Look at the run, then send the request again with the same Idempotency-Key.' });
}

function keyOf(request: IncomingMessage): string | null | Answer {
  const sent = request.headers['idempotency-key'];
  if (sent === undefined) return null;
  if (typeof sent === 'string' && KEY.test(sent)) return sent;
  const message = 'Idempotency-Key must be 1 to 200 visible characters without spaces. Nothing was changed.';
  return failure(400, 'bad_request', { message, next: 'Send a fresh UUID for each thing you want done.' });
}

/** The JSON object of a request; empty without one. */
async function bodyOf(request: IncomingMessage): Promise<{ readonly json: Body } | Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES)
    return failure(413, 'too_large', { message: `A body may have ${MOST_BYTES / 1024} KiB. Nothing was changed.`, next: 'Send less.' });
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (text === '') return { json: {} };
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { json: json as Body };
  } catch {
    // Told below.
  }
  return failure(400, 'bad_request', { message: 'The body is no JSON object. Nothing was changed.', next: 'Send {} or nothing.' });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** Never throws: whoever hung up gets nothing, and what was asked was done all the same. */
async function respond(request: IncomingMessage, response: ServerResponse, answer: () => Promise<Answer>): Promise<void> {
  try {
    const { status, body, headers = {} } = await answer();
    response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify(body)}\n`);
  } catch {
    request.destroy();
  }
}
