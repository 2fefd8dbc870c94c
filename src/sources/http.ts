import type { z } from 'zod';
import { instantOf, millis, plus, type Instant } from '../domain/instant.ts';
import { assertFresh, CLOCK_SKEW_MS } from './fresh.ts';
import { Unreadable } from './reading.ts';

export type HttpOptions = {
  /** For the whole answer, its body included. */
  readonly timeoutMs: number;
  readonly now: () => Instant;
  /** How old an answer may say it is, 60 s unless told. */
  readonly maxAgeMs?: number;
};

export type Ask = {
  /** May hold secrets: it is never shown. */
  readonly url: string;
  /** Who is asked, as a sentence begins: `Sentry`, `The metrics URL`. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a GET without it. */
  readonly post?: unknown;
  /** Its `Date` tells when it was made: true for services whose clocks are kept. */
  readonly dated?: boolean;
};

/** Every failure is thrown as Unreadable, with a sentence that holds no part of the address, the headers or the answer. */
export type HttpClient = {
  json<T>(ask: Ask, shape: z.ZodType<T>): Promise<T>;
  /** An answer of this content type, e.g. `text/plain`. */
  text(ask: Ask, type: RegExp): Promise<string>;
  /** The status alone, whatever it is but a redirect. */
  status(ask: Ask): Promise<{ status: number; ms: number }>;
};

const LARGEST_BODY = 1_000_000;
/** After a 429 that does not say for how long. */
const USUAL_REST_MS = 30_000;
/** A Retry-After that would silence a source for the night is a mistake of theirs; asking once an hour harms nobody. */
const LONGEST_REST_MS = 3_600_000;

/**
 * A client that believes little: one deadline for everything, at most 1 MB, no redirect (a login page behind it answers 200, and it may lead to
 * an internal address), the content type and the shape that were agreed, no answer out of an old cache. Who asked us to wait is not asked before.
 */
export function httpClient(options: HttpOptions): HttpClient {
  const resting = new Map<string, Instant>();
  const send = async (ask: Ask): Promise<Response> => {
    const { origin } = parsed(ask);
    assertRested(resting, origin, { ask, now: options.now() });
    const response = await answer(ask, options);
    const rest = restAsked(response, options.now());
    if (rest !== null) resting.set(origin, rest);
    return response;
  };
  const body = async (ask: Ask, type: RegExp): Promise<string> => {
    const response = await send(ask);
    try {
      assertUsable(response, { ask, type, options });
      return await textOf(response, ask);
    } catch (error) {
      await response.body?.cancel().catch(() => {});
      throw error;
    }
  };
  return {
    json: async (ask, shape) => shaped(await unreadable(ask, options, () => body(ask, /\bjson\b/)), { ask, shape }),
    text: (ask, type) => unreadable(ask, options, () => body(ask, type)),
    status: (ask) =>
      unreadable(ask, options, async () => {
        const started = performance.now();
        const response = await send(ask);
        await response.body?.cancel();
        return { status: response.status, ms: Math.round(performance.now() - started) };
      }),
  };
}

function parsed({ url, what }: Ask): URL {
  if (!URL.canParse(url)) throw new Unreadable(`${what} has an address that cannot be read: correct it in the settings.`);
  return new URL(url);
}

function assertRested(resting: Map<string, Instant>, origin: string, { ask, now }: { ask: Ask; now: Instant }): void {
  const until = resting.get(origin);
  if (until === undefined) return;
  if (millis(now) < millis(until))
    throw new Unreadable(`${ask.what} asked us to wait (429) until ${until.slice(11, 19)} UTC and is not asked before.`);
  resting.delete(origin);
}

async function answer(ask: Ask, { timeoutMs }: HttpOptions): Promise<Response> {
  const { headers, post } = ask;
  const response = await fetch(ask.url, {
    method: post === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json', ...(post === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: post === undefined ? null : JSON.stringify(post),
  });
  if (response.status < 300 || response.status >= 400) return response;
  await response.body?.cancel();
  throw new Unreadable(`${ask.what} answered ${response.status}, a redirect. Configure the address it leads to.`);
}

/** Until when not to ask again, as a 429 or a 503 says in seconds or as a date; null when it may be asked at once. */
function restAsked({ status, headers }: Response, now: Instant): Instant | null {
  const written = headers.get('retry-after');
  if (status !== 429 && (status !== 503 || written === null)) return null;
  const seconds = written === null || written.trim() === '' ? Number.NaN : Number(written);
  const told = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(written ?? '') - millis(now);
  const ms = Number.isFinite(told) && told >= 0 ? told : USUAL_REST_MS;
  return plus(now, Math.min(ms, LONGEST_REST_MS));
}

type Expected = { readonly ask: Ask; readonly type: RegExp; readonly options: HttpOptions };

function assertUsable({ status, ok, headers }: Response, { ask, type, options }: Expected): void {
  const { what, dated = false } = ask;
  if (status === 429) throw new Unreadable(`${what} answered 429: we ask too often. It is asked again later.`);
  if (status === 401 || status === 403) throw new Unreadable(`${what} answered ${status}: it refuses our token. Look at its rights.`);
  if (!ok) throw new Unreadable(`${what} answered ${status}.`);
  const given = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  if (given !== '' && !type.test(given)) throw new Unreadable(`${what} answered with ${kindOf(given)}, not with what was agreed.`);
  if (Number(headers.get('content-length') ?? 0) > LARGEST_BODY) throw new Unreadable(`${what} answered with more than 1 MB.`);
  const { now, maxAgeMs = 60_000 } = options;
  const age = Number(headers.get('age') ?? 0) * 1000;
  if (age > maxAgeMs) throw new Unreadable(`${what} answered from a cache, ${Math.round(age / 1000)} s old.`);
  const date = Date.parse(headers.get('date') ?? '');
  // The header has no milliseconds.
  if (dated && Number.isFinite(date)) assertFresh(instantOf(date), { what, now: now(), maxAgeMs: maxAgeMs + CLOCK_SKEW_MS });
}

/** HTML is the usual wrong answer: a login page, or a proxy's error. Other names come from outside and are not repeated. */
function kindOf(type: string): string {
  if (type === 'text/html') return 'a web page (HTML)';
  return type === 'text/plain' ? 'plain text' : 'another kind of content';
}

async function textOf(response: Response, { what }: Ask): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY) throw new Unreadable(`${what} answered with more than 1 MB.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function shaped<T>(text: string, { ask: { what }, shape }: { ask: Ask; shape: z.ZodType<T> }): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unreadable(text.trim() === '' ? `${what} answered with nothing.` : `${what} answered with what is not JSON${looksOf(text)}.`);
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Unreadable(
    `${what} did not answer what was agreed: ${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'unreadable'}.`,
  );
}

function looksOf(text: string): string {
  return text.trimStart().startsWith('<') ? ' but a web page (HTML)' : '';
}

async function unreadable<T>(ask: Ask, { timeoutMs }: HttpOptions, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(sentenceFor(error, ask, timeoutMs));
  }
}

function sentenceFor(error: unknown, { what }: Ask, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `${what} gave no answer within ${timeoutMs} ms.`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return `${what} could not be reached${/^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : ''}.`;
}
