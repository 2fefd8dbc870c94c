import { z } from 'zod';
import type { Instant } from '../domain/instant.ts';
import type { ApplicationReadings, OtherReadings } from '../ports.ts';
import { assertFresh } from './fresh.ts';
import { httpClient, type HttpClient } from './http.ts';
import { datedReading, reading, unexpected, Unreadable } from './reading.ts';

export type ApplicationReadingsOptions = {
  /** Answers 2xx when the application is well; null when it has none. */
  readonly healthUrl: string | null;
  /** Answers JSON `{ error_rate, p95_ms, requests, database_errors?, at? }`; null when it has none. */
  readonly metricsUrl: string | null;
  readonly timeoutMs: number;
  readonly now: () => Instant;
  /** How old `at` may be, 60 s unless told. */
  readonly maxAgeMs?: number;
};

const At = z.iso.datetime({ offset: true }).optional();

/** What the metrics may say beside them (`application.reports`): users, and shares between 0 and 1. */
const Reports = { active_users: z.number().int().min(0), cpu: z.number().min(0).max(1), memory: z.number().min(0).max(1) };

const Metrics = z.object({
  error_rate: z.number().min(0).max(1),
  p95_ms: z.number().min(0),
  requests: z.number().int().min(0),
  /** Errors of the database that it saw in the same time; null or missing where it does not count them. */
  database_errors: z.number().int().min(0).nullish(),
  at: At,
});

/** What the application says about itself. Whatever is not exactly the expected answer is unknown with the reason, never a number. */
export function applicationReadings(options: ApplicationReadingsOptions): ApplicationReadings {
  const { healthUrl, metricsUrl } = options;
  const http = httpClient(options);
  return {
    health: () =>
      reading(shown(healthUrl), () => http.status({ url: configured(healthUrl, 'health URL'), what: 'The application' }), unexpected),
    metrics: () => datedReading(shown(metricsUrl), () => metrics(http, options), unexpected),
  };
}

/** Those of the other readings that the application's metrics are configured to report. Null or missing is unknown, never zero. */
export function reportedReadings(options: ApplicationReadingsOptions, reports: readonly (keyof typeof Reports)[]): OtherReadings {
  const http = httpClient(options);
  const read = (name: keyof typeof Reports) => () =>
    reading(
      shown(options.metricsUrl),
      async () => (await agreed(http, options, z.object({ [name]: Reports[name], at: At })))[name] as number,
      unexpected,
    );
  return {
    ...(reports.includes('active_users') ? { activeUsers: read('active_users') } : {}),
    ...(reports.includes('cpu') ? { cpu: read('cpu') } : {}),
    ...(reports.includes('memory') ? { memory: read('memory') } : {}),
  };
}

async function metrics(
  http: HttpClient,
  options: ApplicationReadingsOptions,
): Promise<{ value: { errorRate: number; p95Ms: number; requests: number; databaseErrors?: number }; at: Instant | undefined }> {
  const answer = await agreed(http, options, Metrics);
  const { error_rate: errorRate, p95_ms: p95Ms, requests, database_errors: databaseErrors } = answer;
  return { value: { errorRate, p95Ms, requests, ...(databaseErrors == null ? {} : { databaseErrors }) }, at: answer.at };
}

/** The metrics as far as they are asked for, and not too old. */
async function agreed<T extends { at?: string | undefined }>(
  http: HttpClient,
  { metricsUrl, now, maxAgeMs = 60_000 }: ApplicationReadingsOptions,
  shape: z.ZodType<T>,
): Promise<T> {
  const what = 'The metrics URL';
  const answer = await http.json({ url: configured(metricsUrl, 'metrics URL'), what }, shape);
  if (answer.at !== undefined) assertFresh(answer.at, { what, now: now(), maxAgeMs });
  return answer;
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
