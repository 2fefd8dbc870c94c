import { z } from 'zod';
import { instantOf, millis, type Instant } from '../domain/instant.ts';
import type { RecoverableSpan } from '../domain/point-in-time.ts';
import type { ProviderAnswer, ProviderRestore } from '../ports.ts';
import { httpClient } from './http.ts';
import { at, bearer } from './quantity.ts';
import { reading, unexpected, Unreadable } from './reading.ts';
import type { SupabaseSettings } from './supabase.ts';

/** It begins its work before it answers, at times. */
const TIMEOUT_MS = 30_000;

const Seconds = z.number().int().positive().lt(1e11).nullish();
/** https://supabase.com/docs/reference/api/v1-list-all-backups */
const Recoverable = z.object({
  pitr_enabled: z.boolean(),
  physical_backup_data: z
    .object({ earliest_physical_backup_date_unix: Seconds, latest_physical_backup_date_unix: Seconds })
    .nullish()
    .transform((data) => data ?? {}),
});

/** What a status says of a request that was not carried out. Every other one leaves open whether it was. */
const REFUSED: Readonly<Record<number, string>> = {
  401: 'it refuses our token',
  402: 'the plan of the organization does not include it',
  403: 'our token may not restore this project',
  404: 'it does not know the project',
  422: 'it does not take this moment',
  429: 'we ask too often',
};
/** What may be behind a status that leaves it open: somebody may have begun it, and then our request meets what is under way. */
const UNCLEAR: Readonly<Record<number, string>> = {
  400: ': it may not take this moment, or the project may be taken back already',
  409: ': somebody may have begun it already',
};

/**
 * Point-in-time recovery by Supabase's Management API (https://supabase.com/docs/reference/api/v1-restore-pitr-backup). 201 alone says that it
 * goes on; a refusal says that it does not; everything else, silence and 5xx included, is unknown (F61).
 */
export function supabaseRecovery(
  { project, token, url }: SupabaseSettings,
  { now, timeoutMs = TIMEOUT_MS }: { readonly now: () => Instant; readonly timeoutMs?: number },
): ProviderRestore {
  const backups = at(url, `/v1/projects/${encodeURIComponent(project)}/database/backups`);
  const address = at(url, `/v1/projects/${encodeURIComponent(project)}/database/backups/restore-pitr`);
  const ask = { what: 'Supabase', headers: bearer(token) };
  // One for all questions: it remembers for how long we were asked to wait.
  const questions = httpClient({ timeoutMs, now });
  return {
    provider: 'Supabase',
    span: () =>
      reading(
        `Supabase backups of ${project}`,
        async () => spanOf(await questions.json({ ...ask, url: backups, dated: true }, Recoverable)),
        unexpected,
      ),
    begin: async (to) => {
      try {
        // A client of its own: one that was told to wait would not send it, and nobody could tell that from silence.
        const { status } = await httpClient({ timeoutMs, now }).status({ ...ask, url: address, post: bodyOf(to) });
        return answerOf(status);
      } catch (error) {
        return { answer: 'unknown', why: error instanceof Unreadable ? error.message : unexpected(error) };
      }
    },
    request: (to) =>
      `curl -X POST ${address} -H "Authorization: Bearer $SUPABASE_ACCESS_TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify(bodyOf(to))}'`,
  };
}

/** Whole seconds of the epoch. */
function bodyOf(to: Instant) {
  return { recovery_time_target_unix: Math.floor(millis(to) / 1000) };
}

function answerOf(status: number): ProviderAnswer {
  if (status === 201) return { answer: 'accepted' };
  const why = REFUSED[status];
  if (why !== undefined) return { answer: 'refused', why: `Supabase answered ${status}: ${why}.` };
  return {
    answer: 'unknown',
    why: `Supabase answered ${status}, which says neither that it goes on nor that it does not${UNCLEAR[status] ?? ''}.`,
  };
}

function spanOf({ pitr_enabled: enabled, physical_backup_data: data }: z.infer<typeof Recoverable>): RecoverableSpan {
  const { earliest_physical_backup_date_unix: earliest, latest_physical_backup_date_unix: latest } = data;
  if (!enabled) return null;
  if (earliest == null || latest == null) return 'no moment yet';
  return { earliest: instantOf(earliest * 1000), latest: instantOf(latest * 1000) };
}
