import { expect, it } from 'vitest';
import type { ApplicationReadings, Reading } from '../../src/ports.ts';
import { signalsOf } from '../../src/sources/signals.ts';

const PACE = { applicationMs: 1_000, servicesMs: 15_000 };
const reads =
  <T>(value: T, at?: string) =>
  () =>
    Promise.resolve<Reading<T>>({ ok: true, value, source: 'test', ...(at === undefined ? {} : { at }) });
const away = () => Promise.resolve({ ok: false, why: 'It is away.', source: 'test' } as const);
const application = (metrics: ApplicationReadings['metrics'] = reads({ errorRate: 0.5, p95Ms: 500, requests: 50, databaseErrors: 2 })) => ({
  health: reads({ status: 200, ms: 1 }),
  metrics,
});
const shape = (signals: ReturnType<typeof signalsOf>) => signals.map(({ name, everyMs, metrics }) => [name, everyMs, ...metrics]);

it('the application tells everything where no service is named, at its own pace', async () => {
  const signals = signalsOf(application(), {}, PACE);
  expect(shape(signals)).toEqual([['The application', 1_000, 'error_rate', 'p95', 'database_errors']]);
  expect(await signals[0]?.read()).toMatchObject({ value: { errorRate: 0.5, databaseErrors: 2 } });
});

it('F49 one that is away leaves the others to be read', async () => {
  const measured = { errorRate: reads({ errorRate: 0.001, requests: 700 }), p95: away };
  const signals = signalsOf(application(), measured, PACE);
  expect(shape(signals)).toEqual([
    ['The source of the error rate', 15_000, 'error_rate'],
    ['The source of the response time', 15_000, 'p95'],
  ]);
  expect(await Promise.all(signals.map((signal) => signal.read()))).toMatchObject([
    { ok: true, value: { errorRate: 0.001, requests: 700 } },
    { ok: false, why: 'It is away.' },
  ]);
});

it('R71 F49 database errors have a source of their own where one is named, and the application is not asked for them', async () => {
  const counted = signalsOf(application(), { databaseErrors: reads(3) }, PACE);
  expect(shape(counted)).toEqual([
    ['The source of the database errors', 15_000, 'database_errors'],
    ['The application', 1_000, 'error_rate', 'p95'],
  ]);
  expect(await counted[0]?.read()).toMatchObject({ ok: true, value: { databaseErrors: 3 } });
  const [dark] = signalsOf(application(), { databaseErrors: away }, PACE);
  expect(await dark?.read()).toMatchObject({ ok: false, why: 'It is away.' });
});

it('M19 a rate is never without a count: its own, that of another source, or of the application', async () => {
  const rate = reads({ errorRate: 0.001, requests: null });
  const [own] = signalsOf(application(), { errorRate: rate }, PACE);
  expect(await own?.read()).toMatchObject({ value: { errorRate: 0.001, requests: 50 } });
  const [counted] = signalsOf(application(), { errorRate: rate, requests: reads(9_000) }, PACE);
  expect(await counted?.read()).toMatchObject({ value: { requests: 9_000 } });
  const [dark] = signalsOf(application(away), { errorRate: rate }, PACE);
  expect(await dark?.read()).toMatchObject({ ok: false });
});
