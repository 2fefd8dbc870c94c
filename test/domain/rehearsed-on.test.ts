import { expect, it } from 'vitest';
import { backupProved } from '../../src/domain/gates.ts';
import { backupId, rehearsedOn } from '../../src/domain/proof.ts';
import { unprepared } from '../../src/domain/schedule.ts';
import { evening } from '../support/plans.ts';
import { aRunIn } from '../support/runs.ts';

it('R6 R43 the rehearsal of a backup that bears the same name, for it was taken within the same second, proves nothing of a newer one', () => {
  const run = aRunIn('preparing_ready');
  const { backup, rehearsal } = run;
  if (backup === null || rehearsal === null) throw new Error('not prepared');
  expect([backupProved(run), unprepared(run)]).toEqual([true, null]);
  const newer = { ...run, backup: { ...backup, startedAt: evening('18:50:01') }, rehearsal: { ...rehearsal, at: evening('18:50') } };
  expect(rehearsedOn(newer.rehearsal, newer.backup)).toBe(false);
  expect([backupProved(newer), unprepared(newer)]).toEqual([false, 'prove']);
});

it('R42 backups of one second have names of their own, in their order, that still name a database', () => {
  const ids = ['18:50:01.004', '18:50:01.020'].map((time) => backupId('a-target-of-a-long-name', 'run1234567', `2026-11-24T${time}Z`));
  expect(ids).toEqual(['a-target-of-a--run1234567-20261124T185001004Z', 'a-target-of-a--run1234567-20261124T185001020Z']);
  expect(ids.every((id) => `offpeak_proof_${id}`.length <= 63)).toBe(true);
});
