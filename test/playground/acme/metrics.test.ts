import { expect, test } from 'vitest';
import { createMetrics, prometheusText } from '../../../playground/acme/metrics.ts';

const good = { ms: 20, failed: false, databaseError: false };
const bad = { ms: 1500, failed: true, databaseError: true };

test('nothing measured is null, not zero: silence is not health', () => {
  const reading = createMetrics(() => 0).reading();
  expect(reading).toMatchObject({ p95_ms: null, error_rate: null, connections: null, lock_waits: null, requests: 0, window_s: 10 });
  expect(prometheusText(reading)).not.toMatch(/p95|error_ratio|connections/);
});

test('p95 is the nearest rank and the error rate a fraction', () => {
  const metrics = createMetrics(() => 0);
  for (let ms = 1; ms <= 100; ms += 1) metrics.answered({ ...good, ms });
  expect(metrics.reading()).toMatchObject({ p95_ms: 95, error_rate: 0, requests: 100 });
  for (let n = 0; n < 25; n += 1) metrics.answered(bad);
  expect(metrics.reading()).toMatchObject({ p95_ms: 1500, error_rate: 0.2, requests: 125, db_errors: 25 });
});

test('what is older than ten seconds is forgotten, users after a minute', () => {
  let now = 0;
  const metrics = createMetrics(() => now);
  metrics.answered(bad);
  metrics.seen('1');
  metrics.seen('1');
  metrics.seen('2');
  now = 10_000;
  expect(metrics.reading()).toMatchObject({ error_rate: 1, active_users: 2 });
  now = 10_001;
  expect(metrics.reading()).toMatchObject({ error_rate: null, requests: 0, active_users: 2 });
  now = 60_001;
  expect(metrics.reading().active_users).toBe(0);
});

test('a failed sample replaces the last good one: unknown again', () => {
  const metrics = createMetrics(() => 0);
  metrics.sampled({ connections: 7, lock_waits: 3 });
  expect(metrics.reading()).toMatchObject({ connections: 7, lock_waits: 3 });
  expect(prometheusText(metrics.reading())).toContain('\nacme_db_lock_waits 3\n');
  metrics.sampled(null);
  expect(metrics.reading()).toMatchObject({ connections: null, lock_waits: null });
});
