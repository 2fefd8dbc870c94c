import type { ApplicationReadings, Reading } from '../ports.ts';

/** What other services measure about the application in its stead. */
export type Measured = {
  /** Requests with it when the source counts them too. */
  readonly errorRate?: (() => Promise<Reading<{ errorRate: number; requests: number | null }>>) | undefined;
  readonly p95?: (() => Promise<Reading<number>>) | undefined;
  readonly requests?: (() => Promise<Reading<number>>) | undefined;
  /** Errors of the database that a log or an exporter counted (R71). The monitor alone asks for them. */
  readonly databaseErrors?: (() => Promise<Reading<number>>) | undefined;
};

type Metrics = { errorRate: number; p95Ms: number; requests: number };

/**
 * The application's metrics, each from the source that the settings name and the rest from the application itself. Requests come from their own
 * source, else from that of the error rate, else from the application: a rate without a count says nothing (M19). One that cannot be read
 * leaves all three unknown, with its reason. Who asks at the same moment, as two checks do, shares one answer.
 */
export function withMeasured(application: ApplicationReadings, measured: Measured): ApplicationReadings {
  const { errorRate, p95, requests } = measured;
  if (errorRate === undefined && p95 === undefined && requests === undefined) return application;
  const measure = async (): Promise<Reading<Metrics>> => {
    const [errors, slow, counted] = await Promise.all([errorRate?.(), p95?.(), requests?.()]);
    const uncounted = counted === undefined && (errors === undefined || (errors.ok && errors.value.requests === null));
    const own = errors === undefined || slow === undefined || uncounted ? await application.metrics() : undefined;
    const all = [errors, slow, counted, own].filter((each) => each !== undefined);
    const failed = all.find((each) => !each.ok);
    if (failed !== undefined && !failed.ok) return failed;
    const value = {
      errorRate: valueOf(errors)?.errorRate ?? valueOf(own)?.errorRate,
      p95Ms: valueOf(slow) ?? valueOf(own)?.p95Ms,
      requests: valueOf(counted) ?? valueOf(errors)?.requests ?? valueOf(own)?.requests,
    };
    const source = [...new Set(all.map((each) => each.source))].join('; ');
    if (!complete(value)) return { ok: false, why: 'The metrics are not complete.', source };
    return { ok: true, value, source };
  };
  let running: Promise<Reading<Metrics>> | null = null;
  const metrics = () => (running ??= measure().finally(() => (running = null)));
  return { health: () => application.health(), metrics };
}

function valueOf<T>(read: Reading<T> | undefined): T | undefined {
  return read?.ok === true ? read.value : undefined;
}

function complete(value: { [Key in keyof Metrics]: number | undefined }): value is Metrics {
  return Object.values(value).every((each) => each !== undefined);
}
