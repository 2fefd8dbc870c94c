import { z } from 'zod';
import { between, type Instant } from '../domain/instant.ts';
import type { ApplicationReadings } from '../ports.ts';
import { Unreadable, reading } from './reading.ts';

export type ApplicationReadingsOptions = {
  /** Answers 2xx when the application is well; null when it has none. */
  readonly healthUrl: string | null;
  /** Answers JSON `{ error_rate, p95_ms, requests, at? }`; null when it has none. */
  readonly metricsUrl: string | null;
  readonly timeoutMs: number;
  readonly now: () => Instant;
  /** How old `at` may be, 60 s unless told. */
  readonly maxAgeMs?: number;
};

const LARGEST_BODY = 1_000_000;
/** Clocks of two machines differ by a little; more than this is somebody else's clock. */
const CLOCK_SKEW_MS = 5000;

const Metrics = z.object({
  error_rate: z.number().min(0).max(1),
  p95_ms: z.number().min(0),
  requests: z.number().int().min(0),
  at: z.iso.datetime({ offset: true }).optional(),
});

/**
 * What the application says about itself. Whatever is not exactly the expected answer (a redirect, HTML with 200, a stale or
 * future time, a number that cannot be, more than 1 MB, no answer in time) is unknown with the reason, never a number.
 */
export function applicationReadings(options: ApplicationReadingsOptions): ApplicationReadings {
  const { healthUrl, metricsUrl, timeoutMs } = options;
  return {
    health: () =>
      reading(
        shown(healthUrl),
        () => health(healthUrl, timeoutMs),
        (error) => sentenceFor(error, timeoutMs),
      ),
    metrics: () =>
      reading(
        shown(metricsUrl),
        () => metrics(options),
        (error) => sentenceFor(error, timeoutMs),
      ),
  };
}

async function health(url: string | null, timeoutMs: number): Promise<{ status: number; ms: number }> {
  const started = performance.now();
  const response = await get(url, timeoutMs, 'health URL');
  await response.body?.cancel();
  return { status: response.status, ms: Math.round(performance.now() - started) };
}

async function metrics(options: ApplicationReadingsOptions): Promise<{ errorRate: number; p95Ms: number; requests: number }> {
  const response = await get(options.metricsUrl, options.timeoutMs, 'metrics URL');
  if (!response.ok) {
    await response.body?.cancel();
    throw new Unreadable(`The metrics URL answered ${response.status}.`);
  }
  const parsed = Metrics.safeParse(json(await textOf(response)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Unreadable(
      `The metrics are not what was agreed: ${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'unreadable'}.`,
    );
  }
  const { error_rate: errorRate, p95_ms: p95Ms, requests, at } = parsed.data;
  if (at !== undefined) assertFresh(at, options);
  return { errorRate, p95Ms, requests };
}

function assertFresh(at: Instant, { now, maxAgeMs = 60_000 }: ApplicationReadingsOptions): void {
  const age = between(at, now());
  if (age > maxAgeMs) throw new Unreadable(`The metrics are ${Math.round(age / 1000)} s old; ${maxAgeMs / 1000} s are allowed.`);
  if (age < -CLOCK_SKEW_MS) throw new Unreadable(`The metrics are dated ${Math.round(-age / 1000)} s in the future: compare the clocks.`);
}

async function get(url: string | null, timeoutMs: number, what: string): Promise<Response> {
  if (url === null) throw new Unreadable(`No ${what} is configured for this target.`);
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json' },
  });
  if (response.status < 300 || response.status >= 400) return response;
  await response.body?.cancel();
  // A login page behind a redirect answers 200 whatever the application does.
  throw new Unreadable(`The ${what} answered ${response.status}, a redirect. Configure the address it leads to.`);
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY) throw new Unreadable('The metrics answered with more than 1 MB.');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable(`The metrics are not JSON but begin with "${text.trim().slice(0, 20)}".`);
  }
}

/** Without query and password: they may be secrets. */
function shown(url: string | null): string {
  if (url === null) return 'not configured';
  if (!URL.canParse(url)) return 'an address that cannot be read';
  const { origin, pathname } = new URL(url);
  return `GET ${origin}${pathname}`;
}

function sentenceFor(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `The application gave no answer within ${timeoutMs} ms.`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return `The application could not be reached${code ? ` (${code})` : ''}.`;
}
