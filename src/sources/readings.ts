import type { Instant } from '../domain/instant.ts';
import type { OtherReadings, Sources } from '../ports.ts';
import { activityReading } from './activity.ts';
import { analyticsReading, type AnalyticsSettings } from './analytics.ts';
import { diskReading, type DiskSettings } from './disk.ts';
import { httpClient, type HttpClient } from './http.ts';
import { jsonBackup, jsonNames, jsonReading, type JsonSettings } from './json-probe.ts';
import type { Measured } from './measured.ts';
import { pagerDutyIncidents, pagerDutyOnCall, type PagerDutyIncidents, type PagerDutySettings } from './pagerduty.ts';
import { prometheusReading, type PrometheusSettings } from './prometheus.ts';
import type { Quantity } from './quantity.ts';
import { sentryIssues } from './sentry-issues.ts';
import { sentryErrors, sentryP95, sentryRequests, type SentrySettings } from './sentry.ts';
import { supabaseBackup, supabaseCpu, supabaseMemory, supabasePlatform, type SupabaseMetrics, type SupabaseSettings } from './supabase.ts';
import { vercelP95, vercelRequests, type VercelSettings } from './vercel.ts';

type Sentry = { readonly sentry: SentrySettings };
type Vercel = { readonly vercel: VercelSettings };
type Analytics = { readonly analytics: AnalyticsSettings };
type Supabase<T> = { readonly supabase: T };
type PagerDuty<T> = { readonly pagerduty: T };

/** One source for each reading, as the settings name it. */
export type ReadingsSettings = {
  readonly error_rate?: PrometheusSettings | JsonSettings | Sentry | undefined;
  readonly p95?: PrometheusSettings | JsonSettings | Sentry | Vercel | undefined;
  readonly requests?: PrometheusSettings | JsonSettings | Sentry | Vercel | undefined;
  readonly database_errors?: PrometheusSettings | JsonSettings | undefined;
  readonly active_users?: PrometheusSettings | JsonSettings | Analytics | undefined;
  readonly user_activity?: PrometheusSettings | undefined;
  readonly cpu?: PrometheusSettings | JsonSettings | Supabase<SupabaseMetrics> | undefined;
  readonly memory?: PrometheusSettings | JsonSettings | Supabase<SupabaseMetrics> | undefined;
  readonly disk?: DiskSettings | undefined;
  readonly automated_backup?: JsonSettings | Supabase<SupabaseSettings> | undefined;
  readonly on_call?: JsonSettings | PagerDuty<PagerDutySettings> | undefined;
  readonly incidents?: PagerDuty<PagerDutyIncidents> | undefined;
  readonly platform?: Supabase<SupabaseSettings> | undefined;
};

/** Each service answers in its own time; what is slower says nothing about now. */
const TIMEOUT_MS = 5_000;

type Around = { readonly http: HttpClient; readonly now: () => Instant };

/** The readings of a target. One client for all, so that who asked us to wait is left alone by every reading. */
export function connectReadings(
  settings: ReadingsSettings,
  { now }: { now: () => Instant },
): { readonly services: OtherReadings; readonly measured: Measured; readonly newIssues: Sources['newIssues'] | undefined } {
  const around: Around = { http: httpClient({ timeoutMs: TIMEOUT_MS, now }), now };
  const { error_rate: errors } = settings;
  const newIssues = errors !== undefined && 'sentry' in errors ? sentryIssues(errors.sentry, around) : undefined;
  return { services: servicesOf(settings, around), measured: measuredOf(settings, around), newIssues };
}

function servicesOf(settings: ReadingsSettings, around: Around): OtherReadings {
  const {
    active_users: users,
    cpu,
    memory,
    disk,
    automated_backup: backup,
    on_call: onCall,
    incidents,
    platform,
    user_activity: activity,
  } = settings;
  return {
    ...(users && {
      activeUsers:
        'analytics' in users ? analyticsReading(users.analytics, { ...around, quantity: 'count' }) : number(users, 'count', around),
    }),
    ...(activity && { userActivity: activityReading(activity, around) }),
    ...(cpu && { cpu: 'supabase' in cpu ? supabaseCpu(cpu.supabase, around) : number(cpu, 'share', around) }),
    ...(memory && { memory: 'supabase' in memory ? supabaseMemory(memory.supabase, around) : number(memory, 'share', around) }),
    ...(disk && { disk: diskReading(disk, around) }),
    ...(backup && { automatedBackup: 'supabase' in backup ? supabaseBackup(backup.supabase, around) : jsonBackup(backup, around) }),
    ...(onCall && { onCall: 'pagerduty' in onCall ? pagerDutyOnCall(onCall.pagerduty, around) : jsonNames(onCall, around) }),
    ...(incidents && { incidents: pagerDutyIncidents(incidents.pagerduty, around.http) }),
    ...(platform && { platform: supabasePlatform(platform.supabase, around) }),
  };
}

function measuredOf({ error_rate: errors, p95, requests, database_errors: database }: ReadingsSettings, around: Around): Measured {
  return {
    errorRate: errors && errorsOf(errors, around),
    p95: p95 && p95Of(p95, around),
    requests: requests && requestsOf(requests, around),
    databaseErrors: database && number(database, 'count', around),
  };
}

function errorsOf(settings: NonNullable<ReadingsSettings['error_rate']>, around: Around): NonNullable<Measured['errorRate']> {
  if ('sentry' in settings) return sentryErrors(settings.sentry, around.http);
  const share = number(settings, 'share', around);
  return async () => {
    const read = await share();
    return read.ok ? { ...read, value: { errorRate: read.value, requests: null } } : read;
  };
}

function p95Of(settings: NonNullable<ReadingsSettings['p95']>, around: Around): NonNullable<Measured['p95']> {
  if ('sentry' in settings) return sentryP95(settings.sentry, around.http);
  if ('vercel' in settings) return vercelP95(settings.vercel, around);
  return number(settings, 'milliseconds', around);
}

function requestsOf(settings: NonNullable<ReadingsSettings['requests']>, around: Around): NonNullable<Measured['requests']> {
  if ('sentry' in settings) return sentryRequests(settings.sentry, around.http);
  if ('vercel' in settings) return vercelRequests(settings.vercel, around);
  return number(settings, 'count', around);
}

function number(settings: PrometheusSettings | JsonSettings, quantity: Quantity, around: Around) {
  return 'prometheus' in settings ? prometheusReading(settings, { ...around, quantity }) : jsonReading(settings, { ...around, quantity });
}
