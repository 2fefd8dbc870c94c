import { expect, it } from 'vitest';
import { createTotals, exposition } from '../../../playground/acme/exposition.ts';
import { createMetrics } from '../../../playground/acme/metrics.ts';
import { metricSamples } from '../../../src/sources/metrics-text.ts';

const NAMES = [
  'acme_http_requests_total',
  'acme_http_request_duration_seconds_bucket',
  'acme_http_request_duration_seconds_count',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'machine_cpu_cores',
  'machine_memory_bytes',
  'acme_active_users',
];

it('counts answers by outcome and by how long they took', () => {
  const totals = createTotals();
  for (const ms of [8, 40, 40, 90, 9_000]) totals.answered({ ms, failed: ms > 1_000 });
  const samples = metricSamples(exposition(totals, createMetrics().reading()), NAMES, 'Acme');
  const value = (name: string, labels: object = {}) =>
    samples.find((sample) => sample.name === name && Object.entries(labels).every(([key, each]) => sample.labels[key] === each))?.value;
  expect(value('acme_http_requests_total', { outcome: 'ok' })).toBe(4);
  expect(value('acme_http_requests_total', { outcome: 'failed' })).toBe(1);
  const buckets = ['0.01', '0.025', '0.05', '0.1', '5', '+Inf'].map((le) => value('acme_http_request_duration_seconds_bucket', { le }));
  expect(buckets).toEqual([1, 1, 3, 4, 4, 5]);
  expect(value('acme_http_request_duration_seconds_count')).toBe(5);
  for (const name of NAMES.slice(3, 7)) expect(value(name)).toBeGreaterThan(0);
  expect(value('acme_active_users')).toBe(0);
});
