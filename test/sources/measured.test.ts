import { expect, it } from 'vitest';
import type { ApplicationReadings, Reading } from '../../src/ports.ts';
import { withMeasured, type Measured } from '../../src/sources/measured.ts';

const reads =
  <T>(value: T, source: string) =>
  () =>
    Promise.resolve<Reading<T>>({ ok: true, value, source });
const fails = (why: string) => () => Promise.resolve({ ok: false, why, source: 'away' } as const);

const own = { errorRate: 0.5, p95Ms: 500, requests: 50 };
const application = (metrics: ApplicationReadings['metrics'] = reads(own, 'app')): ApplicationReadings => ({
  health: reads({ status: 200, ms: 1 }, 'app'),
  metrics,
});
const errors = (requests: number | null) => reads({ errorRate: 0.001, requests }, 'errors');
const p95 = reads(120, 'slow');
const requests = reads(9000, 'counted');

it.each<[string, Measured, object]>([
  ['nothing named: the application', {}, { ok: true, value: own, source: 'app' }],
  ['p95 from elsewhere', { p95 }, { ok: true, value: { ...own, p95Ms: 120 }, source: 'slow; app' }],
  [
    'M19 a rate with its own count',
    { errorRate: errors(700), p95 },
    { ok: true, value: { errorRate: 0.001, p95Ms: 120, requests: 700 }, source: 'errors; slow' },
  ],
  [
    "M19 a rate without a count: the application's",
    { errorRate: errors(null), p95 },
    { ok: true, value: { errorRate: 0.001, p95Ms: 120, requests: 50 }, source: 'errors; slow; app' },
  ],
  [
    'M19 a count of its own wins',
    { errorRate: errors(700), p95, requests },
    { ok: true, value: { errorRate: 0.001, p95Ms: 120, requests: 9000 }, source: 'errors; slow; counted' },
  ],
  ['one that cannot be read', { errorRate: errors(1), p95: fails('It is away.') }, { ok: false, why: 'It is away.', source: 'away' }],
])('%s', async (_title, measured, expected) => {
  expect(await withMeasured(application(), measured).metrics()).toEqual(expected);
});

it('asks the application for nothing that others measure', async () => {
  const all = withMeasured(application(fails('It has no metrics.')), { errorRate: errors(null), p95, requests });
  expect(await all.metrics()).toMatchObject({ ok: true, value: { errorRate: 0.001, p95Ms: 120, requests: 9000 } });
  expect(await withMeasured(application(fails('It has no metrics.')), { p95 }).metrics()).toMatchObject({
    ok: false,
    why: 'It has no metrics.',
  });
});

it('leaves the health to the application', async () => {
  expect(await withMeasured(application(), { p95 }).health()).toMatchObject({ ok: true, value: { status: 200 } });
});

it('asks each source once for all who ask at the same moment, and again for who asks later', async () => {
  let asked = 0;
  const counting = () => {
    asked += 1;
    return errors(700)();
  };
  const shared = withMeasured(application(), { errorRate: counting, p95 });
  await Promise.all([shared.metrics(), shared.metrics()]);
  expect(asked).toBe(1);
  await shared.metrics();
  expect(asked).toBe(2);
});
