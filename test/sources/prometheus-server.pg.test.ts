import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { p95 as p95Check } from '../../checks/p95.ts';
import { startAcme, type Acme } from '../../playground/acme/app.ts';
import { createAcme, type AcmeDatabase } from '../../playground/acme/database.ts';
import { systemClock } from '../../src/clock.ts';
import type { Thresholds } from '../../src/domain/plan.ts';
import type { ApplicationReadings, DatabaseReadings, Reading, OtherReadings } from '../../src/ports.ts';
import { withMeasured } from '../../src/sources/measured.ts';
import { connectReadings, type ReadingsSettings } from '../../src/sources/readings.ts';
import { sql, superuserUrl } from '../support/postgres.ts';
import { startPrometheus, type PrometheusServer } from '../support/prometheus.ts';
import { until } from '../support/until.ts';

const ALIVE = 'up{job="acme"}';
let database: AcmeDatabase;
let acme: Acme;
let prometheus: PrometheusServer;

beforeAll(async () => {
  database = await createAcme(superuserUrl(), `acme_prometheus_${process.pid}`, { scale: 0.02 });
  acme = await startAcme({ databaseUrl: database.webUrl, requestsPerSecond: 20 });
  prometheus = await startPrometheus({ acme: acme.url });
}, 120_000);

afterAll(async () => {
  // Both may have been stopped by a test.
  await Promise.allSettled([prometheus.stop(), acme.stop()]);
  await sql(superuserUrl(), `DROP DATABASE IF EXISTS ${database.name} WITH (FORCE)`);
});

/** What a team would write for Acme. */
function settings(): ReadingsSettings {
  const of = (query: string) => ({ prometheus: prometheus.url, query, alive: ALIVE, max_age: 10_000 });
  return {
    error_rate: of('sum(rate(acme_http_requests_total{outcome="failed"}[10s])) / sum(rate(acme_http_requests_total[10s]))'),
    p95: { ...of('histogram_quantile(0.95, sum by (le) (rate(acme_http_request_duration_seconds_bucket[10s])))'), unit: 's' },
    requests: of('sum(increase(acme_http_requests_total[10s]))'),
    active_users: of('sum(acme_active_users)'),
    cpu: of('sum(rate(process_cpu_seconds_total[10s])) / max(machine_cpu_cores)'),
    memory: of('sum(process_resident_memory_bytes) / max(machine_memory_bytes)'),
  };
}

const silent: ApplicationReadings = {
  health: () => Promise.resolve({ ok: false, why: 'not asked', source: 'test' }),
  metrics: () => Promise.resolve({ ok: false, why: 'not asked', source: 'test' }),
};

function connected() {
  const { services, measured } = connectReadings(settings(), systemClock);
  return { services, application: withMeasured(silent, measured) };
}

/** Reads until there is a number; a source that stays unknown says why. */
async function known<T>(read: () => Promise<Reading<T>>): Promise<T> {
  const seen: Reading<T>[] = [];
  const look = async () => {
    seen.push(await read());
    return seen.at(-1)?.ok === true;
  };
  await until(look, { what: 'a reading', deadlineMs: 40_000 }).catch(() => {});
  const last = seen.at(-1);
  if (last?.ok !== true) throw new Error(last?.why ?? 'not read');
  return last.value;
}

describe("R28 R29 R30 R31 R32 a real Prometheus, which scrapes Acme's own page", () => {
  it('tells error rate, p95 and requests in the place of the application', async () => {
    const { application } = connected();
    const { errorRate, p95Ms, requests } = await known(() => application.metrics());
    expect(errorRate).toBeGreaterThanOrEqual(0);
    expect(errorRate).toBeLessThan(0.5);
    expect(p95Ms).toBeGreaterThan(20);
    expect(p95Ms).toBeLessThan(5_000);
    expect(requests).toBeGreaterThan(5);
  });

  it('tells active users, processor and memory', async () => {
    const { services } = connected();
    expect(await known(() => ask(services, 'activeUsers'))).toBeGreaterThan(0);
    for (const name of ['cpu', 'memory'] as const) {
      const share = await known(() => ask(services, name));
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1);
    }
  });

  it('is what the check judges', async () => {
    const { application } = connected();
    await known(() => application.metrics());
    const finding = await p95Check.find(
      { application, database: {} as DatabaseReadings },
      { p95Ms: 60_000 } as Thresholds,
      '2026-11-24T19:00:00.000Z',
    );
    expect(finding).toMatchObject({ verdict: 'pass', source: expect.stringContaining('histogram_quantile') });
  });

  it('F49 is unknown a moment after the application is gone, while a rate without alive goes on from old samples', async () => {
    const { services } = connected();
    await known(() => ask(services, 'cpu'));
    const blind = { prometheus: prometheus.url, query: 'sum(rate(process_cpu_seconds_total[1m]))', max_age: 10_000 };
    const without = connectReadings({ cpu: blind }, systemClock);
    await acme.stop();
    await until(async () => !(await ask(services, 'cpu')).ok, { what: 'the reading to be unknown', deadlineMs: 15_000 });
    expect(await services.cpu?.()).toMatchObject({ ok: false, why: expect.stringContaining(`a target of ${ALIVE} is down`) });
    expect(await services.activeUsers?.()).toMatchObject({ ok: false });
    expect(await without.services.cpu?.()).toMatchObject({ ok: true });
  });

  it('is unknown when Prometheus is gone itself', async () => {
    const { services, application } = connected();
    await prometheus.stop();
    expect(await services.memory?.()).toMatchObject({ ok: false, why: expect.stringContaining('could not be reached') });
    expect(await application.metrics()).toMatchObject({ ok: false });
  });
});

function ask(services: OtherReadings, name: 'activeUsers' | 'cpu' | 'memory'): Promise<Reading<number>> {
  return services[name]?.() ?? Promise.reject(new Error(`${name} is not configured.`));
}
