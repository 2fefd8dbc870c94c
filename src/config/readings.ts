import { z } from 'zod';
import { connection, credential, duration, endpoint, hidden, hiddenEndpoint, words } from './fields.ts';
import { oneSource } from './one-source.ts';

/** How old a measurement may be: two intervals of a source that measures every half minute. */
const maxAge = duration.prefault('60s');
const window = duration.prefault('5m');
/** Written, not guessed: 0.4 s taken for 0.4 ms would pass every limit. */
const unit = z.enum(['s', 'ms']);
const pointer = z.string().regex(/^(\/.*)?$/, 'is no JSON pointer. It begins with a slash, as /data/cpu.');

const prometheus = {
  prometheus: endpoint,
  query: words,
  alive: words.optional(),
  token: hidden.optional(),
  max_age: maxAge,
};
const RANGE_WITHOUT_ALIVE =
  'reads a range, so it goes on answering from old samples when scraping has stopped. Add alive: up{job="…"} for what it measures.';

/** A range selector outside of texts. */
function readsRange(query: string): boolean {
  return /\[[^\]]*\]/.test(query.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, ''));
}

function judged<T extends z.ZodType<{ query: string; alive?: string | undefined }>>(schema: T) {
  return schema.refine(({ query, alive }) => alive !== undefined || !readsRange(query), { path: ['query'], message: RANGE_WITHOUT_ALIVE });
}

const json = { json: hiddenEndpoint, at: pointer, time: pointer.optional(), token: hidden.optional(), max_age: maxAge };
/** What the disk has, beside what of it is free. */
const disk = {
  prometheus: judged(z.strictObject({ ...prometheus, size: words })).refine(({ alive, size }) => alive !== undefined || !readsRange(size), {
    path: ['size'],
    message: RANGE_WITHOUT_ALIVE,
  }),
  json: z.strictObject({ ...json, size: pointer }),
};
const number = { prometheus: judged(z.strictObject(prometheus)), json: z.strictObject(json) };
const time = { prometheus: judged(z.strictObject({ ...prometheus, unit })), json: z.strictObject({ ...json, unit }) };

function nested<Name extends string, T extends z.ZodType>(name: Name, settings: T) {
  return { [name]: z.strictObject({ [name]: settings } as Record<Name, T>) } as Record<Name, z.ZodObject<Record<Name, T>, z.core.$strict>>;
}

/** Slugs and ids go into addresses and queries of others. */
const identifier = z.string().regex(/^[\w.-]+$/, 'may have only letters, digits, dots, - and _.');

const sentry = nested(
  'sentry',
  z.strictObject({
    organization: identifier,
    project: identifier,
    token: hidden,
    environment: words.optional(),
    window,
    url: endpoint.prefault('https://sentry.io'),
  }),
);

const WEB_VITALS =
  'measures Web Vitals of real visits in browsers, which is no server latency. Use vercel.function_invocation.function_duration_ms.';
const vercel = nested(
  'vercel',
  z.strictObject({
    team: identifier,
    project: identifier,
    token: hidden,
    metric: identifier.refine((metric) => !metric.startsWith('vercel.speed_insights'), WEB_VITALS).optional(),
    window,
    url: endpoint.prefault('https://api.vercel.com'),
  }),
);
const analytics = nested('analytics', z.strictObject({ database: connection, query: words, max_age: maxAge }));
const supabaseMetrics = nested('supabase', z.strictObject({ project: identifier, key: hidden, url: endpoint.optional() }));
const supabase = nested(
  'supabase',
  z.strictObject({ project: identifier, token: hidden, url: endpoint.prefault('https://api.supabase.com') }),
);
const pager = { token: hidden, url: endpoint.prefault('https://api.pagerduty.com') };
const pagerduty = nested('pagerduty', z.strictObject({ ...pager, schedule: identifier }));
const incidents = nested('pagerduty', z.strictObject({ ...pager, services: z.array(identifier).min(1, 'names no service.') }));

/** Where each reading comes from: exactly one source. The application itself gives error_rate, p95, requests and database_errors where none is named. */
export const Readings = z.strictObject({
  error_rate: oneSource({ ...number, ...sentry }).optional(),
  p95: oneSource({ ...time, ...sentry, ...vercel }).optional(),
  requests: oneSource({ ...number, ...sentry, ...vercel }).optional(),
  database_errors: oneSource({ ...number }).optional(),
  active_users: oneSource({ ...number, ...analytics }).optional(),
  user_activity: oneSource({ prometheus: number.prometheus }).optional(),
  cpu: oneSource({ ...number, ...supabaseMetrics }).optional(),
  memory: oneSource({ ...number, ...supabaseMetrics }).optional(),
  disk: oneSource(disk).optional(),
  automated_backup: oneSource({ json: number.json, ...supabase }).optional(),
  on_call: oneSource({ json: number.json, ...pagerduty }).optional(),
  incidents: oneSource({ ...incidents }).optional(),
  platform: oneSource({ ...supabase }).optional(),
});

/** Who is called when nobody answers: a pager of the team. The routing key is of an Events API v2 integration. */
export const PagerSetting = oneSource({
  ...nested('pagerduty', z.strictObject({ routing_key: hidden, url: endpoint.prefault('https://events.pagerduty.com') })),
  ...nested('webhook', z.strictObject({ url: hiddenEndpoint, token: hidden.optional() })),
});

/** Who takes the whole database back to a moment, in place. Its token may do so: it is another one than that of the readings, best of all. */
export const ProviderSetting = oneSource({ ...supabase });

const MOMENTS = ['smoke', 'staging', 'check', 'test'] as const;

/** What a hook or an application test is called: it is typed at a terminal and stands in a select of Slack. */
export const shortName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'may have only small letters, digits and -, at most 31, beginning with a letter.');

/** An executable of the team: what it says with its exit code is evidence. */
export const Hook = z.strictObject({
  name: shortName,
  command: z.array(words).min(1, 'names no program. Write it as a list: [./scripts/smoke-test.sh, --quick]; no shell reads it.'),
  timeout: duration.prefault('5m'),
  aliases: z.array(words).prefault([]),
  when: z.array(z.enum(MOMENTS)).prefault([]),
  directory: words.optional(),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), credential).prefault({}),
});
