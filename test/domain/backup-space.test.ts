import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FORM } from '../../src/domain/backup-form.ts';
import { spaceRefused, spaceSentence, type SpaceQuestion } from '../../src/domain/backup-space.ts';

const GB = 1e9;
const asked = (question: Partial<SpaceQuestion>) =>
  spaceRefused({
    free: 500 * GB,
    total: 1000 * GB,
    last: 100 * GB,
    database: 400 * GB,
    compression: DEFAULT_FORM.compression,
    keepFree: 0.2,
    ...question,
  });

describe('R33 the disk is reckoned before the dump', () => {
  it.each([
    ['1.5 × the last one fits', { free: 350 * GB }, null],
    ['a byte less than 1.5 × the last one', { free: 150 * GB - 1, total: 200 * GB }, 'no_room'],
    ['exactly 20% would stay free', { free: 300 * GB }, 'disk_would_be_full'],
    ['a little more than 20% would stay free', { free: 301 * GB }, null],
    ['the first dump fits a quarter of the database', { last: null, free: 310 * GB }, null],
    ['the first dump does not', { last: null, free: 99 * GB }, 'no_room'],
    [
      'unpacked, the first dump needs the whole database',
      { last: null, free: 399 * GB, compression: { method: 'none', level: null } as const },
      'no_room',
    ],
  ])('%s', (_title, question, code) => {
    expect(asked(question)?.code ?? null).toBe(code);
  });

  it('never allows a dump after which 20% or less would be free, whatever the numbers', () => {
    const bytes = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(bytes, bytes, fc.option(bytes), bytes, (a, b, last, database) => {
        const [free, total] = [Math.min(a, b), Math.max(a, b)];
        if (asked({ free, total, last, database }) !== null) return;
        const takes = last ?? database / 4;
        expect((free - takes) / total).toBeGreaterThan(0.2);
        expect(free).toBeGreaterThanOrEqual((last ?? 0) * 1.5);
      }),
    );
  });

  it('says every number', () => {
    const full = asked({ free: 300 * GB });
    expect(full && spaceSentence(full, '/backups')).toBe(
      '/backups has 300 GB free, of which the next backup takes about 100 GB: 20.0% of the disk would stay free, and more than 20% must. ' +
        'Free some space or choose another directory. The database was not touched.',
    );
    const small = asked({ free: 100 * GB });
    expect(small && spaceSentence(small, '/backups')).toContain('has 100 GB free and the next backup needs 150 GB (1.5 × the last one)');
  });
});
