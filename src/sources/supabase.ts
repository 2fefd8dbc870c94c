import { z } from 'zod';
import { between, instantOf, type Instant } from '../domain/instant.ts';
import type { PlatformState, Reading } from '../ports.ts';
import { assertFresh } from './fresh.ts';
import type { HttpClient } from './http.ts';
import { metricSamples } from './metrics-text.ts';
import { at, bearer, hostOf, quantityOf, type Hidden } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';

/** What Supabase's Management API tells; the token is a personal access token. */
export type SupabaseSettings = { readonly project: string; readonly token: Hidden; readonly url: string };
/** The metrics of a project; the key is its service_role key, the address its own. */
export type SupabaseMetrics = { readonly project: string; readonly key: Hidden; readonly url?: string | undefined };
export type SupabaseOptions = { readonly http: HttpClient; readonly now: () => Instant; readonly statusPage?: string };

const When = z.iso.datetime({ offset: true, local: true });
/** https://supabase.com/docs/reference/api/v1-list-all-backups */
const Backups = z.object({
  pitr_enabled: z.boolean(),
  backups: z.array(z.object({ is_physical_backup: z.boolean(), status: z.string(), inserted_at: When })),
  physical_backup_data: z.object({ latest_physical_backup_date_unix: z.number().int().positive().lt(1e11).nullish() }).nullish(),
});

/** The newest automated backup that is there. Point-in-time recovery replaces the daily ones (M30), so what exists decides, not what was bought. */
export function supabaseBackup(
  { project, token, url }: SupabaseSettings,
  { http, now }: SupabaseOptions,
): () => Promise<Reading<{ newestAt: Instant | null; kind: string }>> {
  const address = at(url, `/v1/projects/${encodeURIComponent(project)}/database/backups`);
  return () =>
    reading(
      `Supabase backups of ${project}`,
      async () => {
        const answer = await http.json({ url: address, what: 'Supabase', headers: bearer(token), dated: true }, Backups);
        const daily = answer.backups
          .filter(({ status }) => status === 'COMPLETED')
          .map((backup) => ({ at: zoned(backup.inserted_at), kind: backup.is_physical_backup ? 'daily physical backup' : 'daily backup' }));
        const seconds = answer.physical_backup_data?.latest_physical_backup_date_unix ?? null;
        const kind = answer.pitr_enabled ? 'point-in-time recovery' : 'physical backup';
        const all = [...daily, ...(seconds === null ? [] : [{ at: instantOf(seconds * 1000), kind }])];
        const newest = all.toSorted((a, b) => between(a.at, b.at)).at(0);
        if (newest === undefined) return { newestAt: null, kind: answer.pitr_enabled ? 'point-in-time recovery' : 'no backup' };
        assertFresh(newest.at, { what: 'Supabase', now: now(), maxAgeMs: Number.POSITIVE_INFINITY });
        return { newestAt: newest.at, kind: newest.kind };
      },
      unexpected,
    );
}

/** Supabase writes UTC, at times without saying so. */
function zoned(time: string): Instant {
  return instantOf(Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}Z`));
}

/** https://supabase.com/docs/reference/api/v1-get-services-health */
const Health = z.array(z.object({ name: z.string(), status: z.enum(['COMING_UP', 'ACTIVE_HEALTHY', 'UNHEALTHY']) })).min(1);
/** https://status.supabase.com/api: for all projects of all regions, so it is told beside the project's own state and decides nothing (M25). */
const Status = z.object({ status: z.object({ indicator: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']) }) });
const STATUS_PAGE = 'https://status.supabase.com/api/v2/status.json';

export function supabasePlatform(
  { project, token, url }: SupabaseSettings,
  { http, statusPage = STATUS_PAGE }: SupabaseOptions,
): () => Promise<Reading<PlatformState>> {
  const address = at(url, `/v1/projects/${encodeURIComponent(project)}/health`, { services: 'db' });
  return () =>
    reading(
      `Supabase health of ${project}, status.supabase.com`,
      async () => {
        const [services, page] = await Promise.all([
          http.json({ url: address, what: 'Supabase', headers: bearer(token), dated: true }, Health),
          http.json({ url: statusPage, what: 'The status page of Supabase' }, Status),
        ]);
        const well = services.every(({ status }) => status === 'ACTIVE_HEALTHY');
        const { indicator } = page.status;
        const elsewhere = indicator === 'none' ? 'no incident on status.supabase.com' : `status.supabase.com says ${indicator}`;
        return { well, words: `database ${well ? 'healthy' : 'not healthy'}; ${elsewhere}` };
      },
      unexpected,
    );
}

const METRICS = '/customer/v1/privileged/metrics';
const AVAILABLE = 'node_memory_MemAvailable_bytes';
const TOTAL = 'node_memory_MemTotal_bytes';
const CPU = 'node_cpu_seconds_total';
/** The page is made anew once a minute (https://supabase.com/docs/guides/telemetry/metrics); twice that is stale. */
const STALE_MS = 130_000;

export function supabaseMemory(settings: SupabaseMetrics, { http }: SupabaseOptions): () => Promise<Reading<number>> {
  return metrics(settings, http, async (page) => {
    const samples = metricSamples(await page(), [AVAILABLE, TOTAL], 'Supabase');
    const [available, total] = [AVAILABLE, TOTAL].map((name) => samples.find((sample) => sample.name === name)?.value);
    if (available === undefined || total === undefined || !(total > 0)) throw new Unreadable('Supabase tells no memory of this project.');
    return quantityOf(1 - available / total, 'share', { what: 'Supabase' });
  });
}

type Counted = { readonly at: Instant; readonly idle: number; readonly all: number };

/** The share of time the processors worked between two pages. One page alone counts since the machine began: no share yet. */
export function supabaseCpu(settings: SupabaseMetrics, { http, now }: SupabaseOptions): () => Promise<Reading<number>> {
  let before: Counted | null = null;
  let share: number | null = null;
  return metrics(settings, http, async (page) => {
    const samples = metricSamples(await page(), [CPU], 'Supabase');
    if (samples.length === 0) throw new Unreadable('Supabase tells no processor time of this project.');
    const sum = (those: typeof samples) => those.reduce((total, { value }) => total + value, 0);
    const idle = sum(samples.filter(({ labels }) => labels['mode'] === 'idle' || labels['mode'] === 'iowait'));
    const counted: Counted = { at: now(), idle, all: sum(samples) };
    const last = before;
    if (last === null || counted.all < last.all || between(last.at, counted.at) > 5 * STALE_MS) {
      [before, share] = [counted, null];
    } else if (counted.all > last.all) {
      [before, share] = [counted, 1 - (counted.idle - last.idle) / (counted.all - last.all)];
    } else {
      assertFresh(last.at, { what: 'Supabase', now: counted.at, maxAgeMs: STALE_MS });
    }
    if (share === null) throw new Unreadable('Supabase gave the first page of its counters; the next, in a minute, makes a share of them.');
    return quantityOf(share, 'share', { what: 'Supabase' });
  });
}

function metrics(
  { project, key, url = `https://${project}.supabase.co` }: SupabaseMetrics,
  http: HttpClient,
  read: (page: () => Promise<string>) => Promise<number>,
): () => Promise<Reading<number>> {
  const authorization = `Basic ${Buffer.from(`service_role:${key.reveal()}`).toString('base64')}`;
  const headers = { authorization, accept: 'text/plain' };
  const page = () =>
    http.text({ url: at(url, METRICS), what: 'Supabase', headers, dated: true }, /^(text\/plain|application\/openmetrics-text)$/);
  return () => reading(`Supabase metrics ${hostOf(url)}`, () => read(page), unexpected);
}
