import type { Backup } from './proof.ts';

/**
 * What a person does where the database cannot be restored beside itself: recovery to the moment just before the run, by the server's
 * owner. Every number that is asked for there; nothing is done by the program, because it makes another server (F61, M28).
 * https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET
 */
export function pointInTimeSteps(backup: Backup): readonly string[] {
  const { restorePoint, lsn } = backup;
  const moment = backup.serverTime ?? backup.startedAt;
  const named = restorePoint !== undefined && 'name' in restorePoint ? `, restore point \`${restorePoint.name}\`` : '';
  return [
    `The moment to recover to: \`${moment}\` by the server's own clock (log position \`${lsn}\`${named}). Everything written after it is not in the recovered database.`,
    'Supabase: Dashboard, Database, Backups, Point in time; choose that moment. The project is not reachable meanwhile.',
    'Amazon RDS or Aurora: restore to point in time with that moment; it makes a new instance. Then point the application to its address.',
    `Your own server: recover a base backup with \`recovery_target_lsn = '${lsn}'\` into a new directory; then point the application to it.`,
  ];
}
