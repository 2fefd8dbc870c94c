import { between, instantOf, millis, type Instant } from './instant.ts';
import type { Backup } from './proof.ts';
import { inWords } from './refusal.ts';
import { POINT_IN_TIME } from './restore.ts';
import type { Run } from './run.ts';

/** The whole database taken back to a moment, in place, by whoever runs its server. Nothing of what was written since is kept. */
export type PointInTime = {
  /** Whose API is asked, as `Supabase`. */
  readonly provider: string;
  /** A whole second. */
  readonly to: Instant;
};

/** The moments to which the provider can take the database back; null where it is not switched on. */
export type RecoverableSpan = { readonly earliest: Instant; readonly latest: Instant } | 'no moment yet' | null;

/**
 * The moment a provider is asked for: that of the backup by the server's own clock, at which its restore point was named. Providers count in
 * whole seconds, so it is the second before it: never a moment after the snapshot.
 */
export function recoveryMoment({ serverTime, startedAt }: Pick<Backup, 'serverTime' | 'startedAt'>): Instant {
  return instantOf(Math.floor(millis(serverTime ?? startedAt) / 1000) * 1000);
}

/**
 * Why the provider is not asked to take the database back to the restore point of this run; null when it can be. Only that moment is ever
 * asked for: it lies before the first write, and what was true then was proved by a restore (F61, M28).
 */
export function pointInTimeRefused({ backup, t0 }: Pick<Run, 'backup' | 't0'>, provider: string, span: RecoverableSpan): string | null {
  if (backup === null) return 'This run took no backup, so no restore point of it is known.';
  if (span === null) return `Point-in-time recovery is not switched on for this project at ${provider}.`;
  if (span === 'no moment yet')
    return `Point-in-time recovery is switched on for this project at ${provider}, and has no moment to go back to yet. It has one after its first physical backup: ask again then.`;
  const moment = recoveryMoment(backup);
  if (t0 === null || between(moment, t0) < 0) return 'The restore point of this run does not lie before its first write.';
  if (between(span.earliest, moment) < 0)
    return `${provider} can go back to \`${span.earliest}\` at the earliest, and the restore point of this run, \`${moment}\`, lies before that.`;
  if (between(moment, span.latest) < 0)
    return `${provider} can go back to \`${span.latest}\` at the latest so far, ${inWords(between(span.latest, moment))} before the restore point of this run. The log gets there in minutes: ask again then.`;
  return null;
}

/** The provider as the settings of the target name it, and what it said. */
export type AskedProvider = {
  readonly provider: string;
  /** The request as a person can send it themselves; its token is a name of the environment. */
  readonly request: string;
  /** Why Offpeak does not ask for it; null when it can, under the name `point-in-time`. */
  readonly why: string | null;
};

/**
 * What a person does where the database cannot be restored beside itself: recovery to the moment just before the run, by the server's
 * owner. Every number that is asked for there (F61, M28). `asked` is null where the settings name no provider that can be asked.
 * https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET
 */
export function pointInTimeSteps(backup: Backup, asked: AskedProvider | null = null): readonly string[] {
  const { restorePoint, lsn } = backup;
  const moment = backup.serverTime ?? backup.startedAt;
  const named = restorePoint !== undefined && 'name' in restorePoint ? `, restore point \`${restorePoint.name}\`` : '';
  return [
    `The moment to recover to: \`${moment}\` by the server's own clock (log position \`${lsn}\`${named}). Everything written after it is not in the recovered database.`,
    ...(asked === null ? ELSEWHERE : atProvider(asked)),
    `Your own server: recover a base backup with \`recovery_target_lsn = '${lsn}'\` into a new directory; then point the application to it.`,
  ];
}

const ELSEWHERE: readonly string[] = [
  'Supabase: Dashboard, Database, Backups, Point in time; choose that moment. The project is not reachable meanwhile.',
  'Amazon RDS or Aurora: restore to point in time with that moment; it makes a new instance. Then point the application to its address.',
];

function atProvider({ provider, request, why }: AskedProvider): readonly string[] {
  if (why === null)
    return [
      `Offpeak can ask ${provider} for it: choose ${POINT_IN_TIME} (\`offpeak restore --backup ${POINT_IN_TIME}\`), with a second person.`,
    ];
  return [
    `Offpeak does not ask ${provider} for it: ${why}`,
    `When that has changed, ask again, or send it yourself: \`${request}\`. The project is not reachable meanwhile.`,
  ];
}
