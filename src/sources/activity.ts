import type { Activity } from '../domain/end-comparison.ts';
import { between, plus, type Instant } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';
import { prometheusReading, type PrometheusOptions, type PrometheusSettings } from './prometheus.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const WEEKS = [1, 2, 3, 4];
/** Fewer earlier values are no pattern. */
const LEAST_EARLIER = 2;
/** An answer is kept for so long: who waits for a better one asks every second, and this is five queries. */
const KEPT_MS = 15_000;

/**
 * The same PromQL now and at this moment of the four weeks before (R68). A week without a value, or with one that cannot be, is left out; with
 * fewer than two weeks, or without a value of now, it is unknown.
 */
export function activityReading(
  settings: PrometheusSettings,
  options: Omit<PrometheusOptions, 'quantity'>,
): () => Promise<Reading<Activity>> {
  let newest: { readonly at: Instant; readonly answer: Promise<Reading<Activity>> } | null = null;
  return () => {
    const at = options.now();
    if (newest === null || Math.abs(between(newest.at, at)) >= KEPT_MS) newest = { at, answer: asked(settings, options) };
    return newest.answer;
  };
}

async function asked(settings: PrometheusSettings, { http, now }: Omit<PrometheusOptions, 'quantity'>): Promise<Reading<Activity>> {
  const at = now();
  const current = prometheusReading(settings, { http, now, quantity: 'amount' })();
  const before = WEEKS.map((weeks) => {
    const then = plus(at, -weeks * WEEK_MS);
    return prometheusReading(settings, { http, now: () => then, quantity: 'amount', moment: then })();
  });
  const [read, ...weeks] = await Promise.all([current, ...before]);
  if (!read.ok) return read;
  const earlier = weeks.flatMap((week) => (week.ok ? [week.value] : []));
  if (earlier.length >= LEAST_EARLIER) return { ok: true, value: { now: read.value, earlier }, source: read.source };
  const why = weeks.find((week) => !week.ok)?.why ?? '';
  return { ok: false, why: `${earlier.length} of the four weeks before have a value, and two are needed: ${why}`, source: read.source };
}
