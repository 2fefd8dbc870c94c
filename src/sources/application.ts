import { z } from 'zod';
import type { Instant } from '../domain/instant.ts';
import type { ApplicationReadings } from '../ports.ts';
import { assertFresh } from './fresh.ts';
import { httpClient, type HttpClient } from './http.ts';
import { reading, unexpected, Unreadable } from './reading.ts';

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

const Metrics = z.object({
  error_rate: z.number().min(0).max(1),
  p95_ms: z.number().min(0),
  requests: z.number().int().min(0),
  at: z.iso.datetime({ offset: true }).optional(),
});

/** What the application says about itself. Whatever is not exactly the expected answer is unknown with the reason, never a number. */
export function applicationReadings(options: ApplicationReadingsOptions): ApplicationReadings {
  const { healthUrl, metricsUrl } = options;
  const http = httpClient(options);
  return {
    health: () =>
      reading(shown(healthUrl), () => http.status({ url: configured(healthUrl, 'health URL'), what: 'The application' }), unexpected),
    metrics: () => reading(shown(metricsUrl), () => metrics(http, options), unexpected),
  };
}

async function metrics(
  http: HttpClient,
  { metricsUrl, now, maxAgeMs = 60_000 }: ApplicationReadingsOptions,
): Promise<{ errorRate: number; p95Ms: number; requests: number }> {
  const what = 'The metrics URL';
  const answer = await http.json({ url: configured(metricsUrl, 'metrics URL'), what }, Metrics);
  if (answer.at !== undefined) assertFresh(answer.at, { what, now: now(), maxAgeMs });
  return { errorRate: answer.error_rate, p95Ms: answer.p95_ms, requests: answer.requests };
}

function configured(url: string | null, what: string): string {
  if (url === null) throw new Unreadable(`No ${what} is configured for this target.`);
  return url;
}

/** Without query and password: they may be secrets. */
function shown(url: string | null): string {
  if (url === null) return 'not configured';
  if (!URL.canParse(url)) return 'an address that cannot be read';
  const { origin, pathname } = new URL(url);
  return `GET ${origin}${pathname}`;
}
