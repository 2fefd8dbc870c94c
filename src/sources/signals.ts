import type { ApplicationReadings, Reading, Signal, SignalValues } from '../ports.ts';
import type { Measured } from './measured.ts';

/** How often each kind of source is asked, in milliseconds. */
export type Pace = { readonly applicationMs: number; readonly servicesMs: number };

/**
 * What the monitor listens to beside PostgreSQL, each source for itself: one that is away, or that asked us to wait, leaves the others to be
 * read. The application tells what no service is named for. A rate is never without a count (M19): a source that does not count takes the
 * requests from the source of that name, else from the application.
 */
export function signalsOf(application: ApplicationReadings, measured: Measured, pace: Pace): readonly Signal[] {
  const { errorRate, p95, requests, databaseErrors } = measured;
  const service = { everyMs: pace.servicesMs };
  const signals: Signal[] = [];
  if (errorRate !== undefined || requests !== undefined) {
    const read = () => rate(errorRate ?? ownRate(application), requests ?? ownRequests(application));
    signals.push({ ...service, name: 'The source of the error rate', metrics: ['error_rate'], read });
  }
  if (p95 !== undefined) {
    const read = async (): Promise<Reading<SignalValues>> => {
      const slow = await p95();
      return slow.ok ? { ...slow, value: { p95Ms: slow.value } } : slow;
    };
    signals.push({ ...service, name: 'The source of the response time', metrics: ['p95'], read });
  }
  if (databaseErrors !== undefined) {
    const read = async (): Promise<Reading<SignalValues>> => {
      const errors = await databaseErrors();
      return errors.ok ? { ...errors, value: { databaseErrors: errors.value } } : errors;
    };
    signals.push({ ...service, name: 'The source of the database errors', metrics: ['database_errors'], read });
  }
  const told = signals.flatMap(({ metrics }) => metrics);
  const own = (['error_rate', 'p95', 'database_errors'] as const).filter((metric) => !told.includes(metric));
  if (!own.some((metric) => metric !== 'database_errors')) return signals;
  return [...signals, { name: 'The application', everyMs: pace.applicationMs, metrics: own, read: () => application.metrics() }];
}

type Rate = Reading<{ readonly errorRate: number; readonly requests: number | null }>;

async function rate(errors: () => Promise<Rate>, counted: () => Promise<Reading<number>>): Promise<Reading<SignalValues>> {
  const read = await errors();
  if (!read.ok) return read;
  const { errorRate, requests } = read.value;
  if (requests !== null) return { ...read, value: { errorRate, requests } };
  const count = await counted();
  return count.ok ? { ...read, value: { errorRate, requests: count.value } } : count;
}

function ownRate(application: ApplicationReadings): () => Promise<Rate> {
  return async () => {
    const own = await application.metrics();
    return own.ok ? { ...own, value: { errorRate: own.value.errorRate, requests: null } } : own;
  };
}

function ownRequests(application: ApplicationReadings): () => Promise<Reading<number>> {
  return async () => {
    const own = await application.metrics();
    return own.ok ? { ...own, value: own.value.requests } : own;
  };
}
