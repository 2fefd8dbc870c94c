import { z } from 'zod';
import type { Reading } from '../ports.ts';
import type { HttpClient } from './http.ts';
import { at, bearer, hostOf, quantityOf, type Hidden } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';

/** What an application reports to Sentry about its transactions. The token needs org:read, and event:read for the new issues. */
export type SentrySettings = {
  readonly organization: string;
  /** Its slug. */
  readonly project: string;
  readonly token: Hidden;
  readonly environment?: string | undefined;
  /** How far back it looks, in milliseconds; Sentry knows whole minutes. */
  readonly window: number;
  /** Another region's, or one's own. */
  readonly url: string;
};

/**
 * https://docs.sentry.io/api/explore/query-explore-events-in-table-format/: one row, with the fields as they were asked for; null where there
 * was nothing to compute from. Counts of sampled spans are extrapolated by Sentry.
 */
const Row = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));
const Answer = z.object({
  data: z.array(Row).max(1),
  meta: z.object({ units: z.record(z.string(), z.string().nullable()).optional() }).optional(),
});

const COUNT = 'count(span.duration)';
const FAILED = 'failure_rate()';
const P95 = 'p95(span.duration)';

export function sentryErrors(settings: SentrySettings, http: HttpClient): () => Promise<Reading<{ errorRate: number; requests: number }>> {
  return ask(settings, http, {
    fields: [FAILED, COUNT],
    read: (number) => ({ errorRate: number(FAILED, 'share'), requests: number(COUNT, 'count') }),
  });
}

export function sentryP95(settings: SentrySettings, http: HttpClient): () => Promise<Reading<number>> {
  return ask(settings, http, { fields: [P95], read: (number) => number(P95, 'milliseconds') });
}

export function sentryRequests(settings: SentrySettings, http: HttpClient): () => Promise<Reading<number>> {
  return ask(settings, http, { fields: [COUNT], read: (number) => number(COUNT, 'count') });
}

type Numbers = (field: string, quantity: 'share' | 'count' | 'milliseconds') => number;
type Question<T> = { readonly fields: readonly string[]; readonly read: (number: Numbers) => T };

function ask<T>(settings: SentrySettings, http: HttpClient, { fields, read }: Question<T>): () => Promise<Reading<T>> {
  const { organization, project, environment, token, url } = settings;
  const minutes = Math.max(1, Math.round(settings.window / 60_000));
  const parameters = {
    dataset: 'spans',
    field: fields,
    query: `project:${project} is_transaction:true`,
    statsPeriod: `${minutes}m`,
    per_page: '1',
    ...(environment === undefined ? {} : { environment }),
  };
  const address = at(url, `/api/0/organizations/${encodeURIComponent(organization)}/events/`, parameters);
  return () =>
    reading(
      `Sentry ${hostOf(url)}: ${fields.join(', ')} of ${project}, ${minutes} min`,
      async () => {
        const answer = await http.json({ url: address, what: 'Sentry', headers: bearer(token), dated: true }, Answer);
        return read((field, quantity) => numberOf(answer, field, quantity));
      },
      unexpected,
    );
}

function numberOf({ data, meta }: z.infer<typeof Answer>, field: string, quantity: Parameters<Numbers>[1]): number {
  const value = data[0]?.[field] ?? null;
  if (value === null) throw new Unreadable(`Sentry has no transaction of this time: ${field} cannot be told.`);
  if (typeof value !== 'number') throw new Unreadable(`Sentry answered ${field} with text where a number was agreed.`);
  const unit = meta?.units?.[field] ?? null;
  if (quantity === 'milliseconds' && unit !== null && unit !== 'millisecond')
    throw new Unreadable(`Sentry answered ${field} in another unit than milliseconds.`);
  return quantityOf(value, quantity, { what: 'Sentry' });
}
