import { z } from 'zod';
import { millis, plus, type Instant } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';
import type { HttpClient } from './http.ts';
import { at, bearer, quantityOf, type Hidden, type Quantity } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';

/** A metric of Vercel's observability, over production. Needs Observability Plus. */
export type VercelSettings = {
  /** Ids, as `team_…` and `prj_…`. */
  readonly team: string;
  readonly project: string;
  readonly token: Hidden;
  readonly metric?: string | undefined;
  /** How far back it looks, in milliseconds. */
  readonly window: number;
  readonly url: string;
};

/** How long a function took on the server. Not Speed Insights: those are Web Vitals of visitors' browsers (M10). */
const SERVER_DURATION = 'vercel.function_invocation.function_duration_ms';
const REQUESTS = 'vercel.request.count';

/** Whether a metric tells what real visits looked like in browsers, and nothing about how long the server took. */
function isWebVital(metric: string): boolean {
  return metric.startsWith('vercel.speed_insights.');
}

/**
 * POST /v2/observability/query, what `vercel metrics` sends (https://vercel.com/docs/cli/metrics and packages/cli/src/commands/metrics in
 * vercel/vercel). `summary` has one row when nothing is grouped; its one number is the aggregate.
 */
const Answer = z.object({ summary: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.null()]))).max(1) });

export type VercelOptions = { readonly http: HttpClient; readonly now: () => Instant };

export function vercelP95(settings: VercelSettings, options: VercelOptions): () => Promise<Reading<number>> {
  const { metric = SERVER_DURATION } = settings;
  if (isWebVital(metric)) return () => reading('Vercel', () => Promise.reject(new Unreadable(WEB_VITAL)), unexpected);
  return ask(settings, options, { metric, aggregation: 'p95', quantity: 'milliseconds' });
}

/** Said in the settings, and here should one come by another way. */
const WEB_VITAL =
  'Speed Insights are Web Vitals of real visits, seen in browsers: no server latency. Use vercel.function_invocation.function_duration_ms.';

export function vercelRequests(settings: VercelSettings, options: VercelOptions): () => Promise<Reading<number>> {
  return ask(settings, options, { metric: settings.metric ?? REQUESTS, aggregation: 'sum', quantity: 'count' });
}

type Question = { readonly metric: string; readonly aggregation: 'p95' | 'sum'; readonly quantity: Quantity };

function ask(settings: VercelSettings, { http, now }: VercelOptions, question: Question): () => Promise<Reading<number>> {
  const { team, project, token, url, window } = settings;
  const { metric, aggregation, quantity } = question;
  return () =>
    reading(
      `Vercel: ${aggregation} of ${metric}, ${Math.round(window / 60_000)} min`,
      async () => {
        // Whole minutes, so that no bucket is cut.
        const end = plus(now(), -(millis(now()) % 60_000));
        const post = {
          reason: 'agent',
          scope: { type: 'project', ownerId: team, projectIds: [project] },
          metric,
          aggregation,
          startTime: plus(end, -window),
          endTime: end,
          granularity: { minutes: Math.max(1, Math.round(window / 60_000)) },
          filter: "environment eq 'production'",
        };
        const address = at(url, '/v2/observability/query', { teamId: team });
        const { summary } = await http.json({ url: address, what: 'Vercel', headers: bearer(token), post, dated: true }, Answer);
        const [value, ...more] = Object.values(summary[0] ?? {});
        if (value === undefined || value === null) throw new Unreadable('Vercel saw no request in this time: nothing was measured.');
        if (typeof value !== 'number' || more.length > 0) throw new Unreadable('Vercel did not answer with one number.');
        return quantityOf(value, quantity, { what: 'Vercel' });
      },
      unexpected,
    );
}
