import { expect, it } from 'vitest';
import { backupProved } from '../../src/domain/gates.ts';
import { rehearsedOn } from '../../src/domain/proof.ts';
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
