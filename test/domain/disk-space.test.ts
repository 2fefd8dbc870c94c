import { describe, expect, it } from 'vitest';
import { judgeDisk, rehearsedGrowth, type DiskQuestion } from '../../src/domain/disk-space.ts';
import { aPlan, aRehearsal } from '../support/plans.ts';

const asked = (question: Partial<DiskQuestion> = {}) =>
  judgeDisk({
    free: { share: 0.5, bytes: 1001 },
    keepFree: 0.2,
    backup: { bytes: 600 },
    growth: { bytes: 400 },
    ...question,
  });
const free = (bytes: number, share = 0.5) => ({ free: { share, bytes } });

describe('R33 the disk of the target has room for the backup and the rehearsed growth', () => {
  it.each<[string, Partial<DiskQuestion>, string]>([
    ['a byte more than both', {}, 'pass'],
    ['exactly both is too little', free(1000), 'breach'],
    ['20.0 % is too little, however many bytes that are', free(1e12, 0.2), 'breach'],
    ['a little more than 20 % is enough', free(1e12, 0.2001), 'pass'],
    ['a share that is no number', free(1e12, Number.NaN), 'breach'],
    ['backups on another disk are not counted', { free: { share: 0.5, bytes: 401, backupsElsewhere: true } }, 'pass'],
    ['but the growth is', { free: { share: 0.5, bytes: 400, backupsElsewhere: true } }, 'breach'],
    ['a backup of unknown size', { backup: { unknown: 'nobody knows' } }, 'unknown'],
    ['an unmeasured growth', { growth: { unknown: 'not measured' } }, 'unknown'],
    ['an unknown part beside one that is too much already', { backup: { unknown: 'x' }, growth: { bytes: 1001 } }, 'breach'],
    ['before a rehearsal the backup alone', { growth: null, ...free(601) }, 'pass'],
    ['before a rehearsal exactly the backup', { growth: null, ...free(600) }, 'breach'],
  ])('%s', (_title, question, verdict) => {
    expect(asked(question).verdict).toBe(verdict);
  });

  it('says every number, and what was not counted', () => {
    expect(asked().words).toBe('more than 1.0 kB needed: backup 600 B + rehearsed growth 400 B');
    expect(asked({ growth: null }).words).toBe('more than 600 B needed: backup 600 B; growth not counted: no rehearsal measured it yet');
    expect(asked({ free: { share: 0.5, bytes: 500, backupsElsewhere: true } }).words).toBe(
      'more than 400 B needed: rehearsed growth 400 B; backups lie on another disk',
    );
    expect(asked({ backup: { unknown: 'the target cannot be read for it' } }).words).toBe(
      'more than 400 B needed: rehearsed growth 400 B; backup unknown: the target cannot be read for it',
    );
  });
});

describe('R33 what a rehearsal says about growth', () => {
  const at = '2026-11-24T18:00:00.000Z';
  const plain = aRehearsal(aPlan(), { backupId: 'b', at });
  const measured = { ...plain, grewBytes: 7000, statements: plain.statements.map((entry) => ({ ...entry, walBytes: 100 })) };

  it('is what the database grew by and what went to the log', () => {
    expect(rehearsedGrowth(measured)).toEqual({ bytes: 7000 + 100 * plain.statements.length });
  });

  it('is unknown when a part was not measured', () => {
    const [first, ...others] = measured.statements;
    const { walBytes: _, ...unmeasured } = first ?? {};
    const unknown = { unknown: 'this rehearsal did not measure it' };
    expect(rehearsedGrowth({ ...measured, statements: [unmeasured as (typeof others)[number], ...others] })).toEqual(unknown);
  });

  it('is not there before a rehearsal, nor of one that did not come to its end, nor of one by an older version: preparation makes a new one', () => {
    expect(rehearsedGrowth(null)).toBeNull();
    const { grewBytes: _, ...older } = measured;
    expect(rehearsedGrowth(older)).toBeNull();
    expect(rehearsedGrowth({ ...measured, restoreError: 'no server' })).toBeNull();
    const migrations = measured.migrations.map((entry) => ({ ...entry, up: 'error' as const }));
    expect(rehearsedGrowth({ ...measured, migrations })).toBeNull();
  });
});
