import { z } from 'zod';
import { instantOf, millis, type Instant } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';
import { assertFresh } from './fresh.ts';
import type { HttpClient } from './http.ts';
import { at, bearer, hostOf, quantityOf, type Hidden, type Quantity, type TimeUnit } from './quantity.ts';
import { datedReading, unexpected, Unreadable } from './reading.ts';

/** One number out of PromQL: Kubernetes, hosts and applications alike. */
export type PrometheusSettings = {
  /** Its address. */
  readonly prometheus: string;
  /** Must answer exactly one series. */
  readonly query: string;
  /** A selector of the targets that the query rests on, e.g. `up{job="acme"}`: all must be 1 and freshly scraped. */
  readonly alive?: string | undefined;
  readonly token?: Hidden | undefined;
  readonly unit?: TimeUnit | undefined;
  readonly max_age: number;
};

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries; numbers are texts, so that NaN and +Inf can be told. */
const Value = z.tuple([z.number(), z.string()]);
const Answer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Value })) }),
    z.object({ resultType: z.literal('scalar'), result: Value }),
  ]),
});

export type PrometheusOptions = {
  readonly http: HttpClient;
  readonly now: () => Instant;
  readonly quantity: Quantity;
  /** Asked as of then instead of now; `now` must tell the same. */
  readonly moment?: Instant;
};

export function prometheusReading(settings: PrometheusSettings, options: PrometheusOptions): () => Promise<Reading<number>> {
  const { prometheus, query, unit } = settings;
  const what = `Prometheus (${hostOf(prometheus)})`;
  return () =>
    datedReading(
      `Prometheus ${hostOf(prometheus)}: ${query.length > 80 ? `${query.slice(0, 79)}…` : query}`,
      async () => {
        // An instant query is dated with the moment of asking; only the last scrape tells one measurement from the next.
        const at = settings.alive === undefined ? undefined : await lastScrape(settings, options);
        return { value: quantityOf(await one(settings, { query, options }), options.quantity, { what, unit }), at };
      },
      unexpected,
    );
}

/**
 * A rate over five minutes goes on answering for five minutes after scraping has stopped, from old samples; only the time of the last scrape
 * tells. `timestamp()` of a plain selector is the sample's own time, and a target that is down makes the product 0.
 */
async function lastScrape(settings: PrometheusSettings, options: PrometheusOptions): Promise<Instant> {
  const { alive = '', prometheus, max_age: maxAgeMs } = settings;
  const what = `Prometheus (${hostOf(prometheus)})`;
  const seconds = await one(settings, { query: `min(timestamp(${alive})) * min(${alive})`, options });
  if (seconds === 0) throw new Unreadable(`${what} cannot reach what it measures: a target of ${alive} is down.`);
  const at = timeOf(seconds);
  assertFresh(at, { what: `The last scrape of ${what}`, now: options.now(), maxAgeMs });
  return at;
}

async function one(settings: PrometheusSettings, { query, options }: { query: string; options: PrometheusOptions }): Promise<number> {
  const { prometheus, token, max_age: maxAgeMs } = settings;
  const what = `Prometheus (${hostOf(prometheus)})`;
  // Without it a series that has ended is answered for five minutes more. Servers before 2.43 do not know it; `alive` works there too.
  const time = options.moment === undefined ? {} : { time: String(millis(options.moment) / 1000) };
  const parameters = { query, lookback_delta: `${Math.max(1, Math.round(maxAgeMs / 1000))}s`, ...time };
  const answer = await options.http.json({ url: at(prometheus, '/api/v1/query', parameters), what, headers: bearer(token) }, Answer);
  if ((answer.warnings ?? []).length > 0) throw new Unreadable(`${what} answered with warnings: a part of the data is missing.`);
  const { data } = answer;
  const values = data.resultType === 'scalar' ? [data.result] : data.result.map(({ value }) => value);
  const [first, ...more] = values;
  if (first === undefined) throw new Unreadable(`${what} has no sample for the query: nothing was measured.`);
  if (more.length > 0)
    throw new Unreadable(`${what} answered ${values.length} series where one number was asked for: aggregate the query.`);
  assertFresh(timeOf(first[0]), { what, now: options.now(), maxAgeMs });
  return first[1].trim() === '' ? Number.NaN : Number(first[1].replace(/^([+-]?)Inf$/, '$1Infinity'));
}

function timeOf(seconds: number): Instant {
  // Beyond the calendar is no time at all.
  return Number.isFinite(seconds) && Math.abs(seconds) < 8e12 ? instantOf(seconds * 1000) : 'no time';
}
