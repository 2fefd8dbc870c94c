import { describe, expect, test } from 'vitest';
import { describeChanges } from '../../src/domain/plan-changes.ts';
import type { Migration, Script, Statement } from '../../src/domain/plan.ts';

const script = (path: string, text: string): Script => ({ path, text, sha256: `sha of ${text}` });
const statement = (sql: string, index: number): Statement => ({
  index,
  sql,
  line: index * 2 + 1,
  summary: sql,
  locks: [],
  rewrites: [],
  scans: [],
  blocks: 'nothing',
  inTransaction: true,
  known: true,
  hazards: [],
});

function migration(version: string, sql: readonly string[], more: Partial<Migration> = {}): Migration {
  const file = `${version}_x`;
  return {
    version,
    name: 'x',
    up: script(`${file}.up.sql`, sql.join(';\n')),
    down: script(`${file}.down.sql`, 'down'),
    validate: null,
    statements: sql.map(statement),
    downStatements: [],
    validations: [],
    ...more,
  };
}

describe('what changed between plan and now', () => {
  test('nothing', () => {
    expect(describeChanges([migration('1', ['a', 'b'])], [migration('1', ['a', 'b'])])).toEqual([]);
  });

  test.each([
    [['a', 'b', 'c'], ['a', 'B', 'c'], '1 statement edited (line 3)'],
    [['a', 'b'], ['a', 'b', 'c'], '1 statement added (line 5)'],
    [['a', 'b', 'c'], ['c'], '2 statements removed (was line 1)'],
    [['a', 'b', 'c'], ['a', 'X', 'Y', 'Z', 'c'], '1 statement edited, 2 statements added (line 3)'],
    [['a'], ['b'], '1 statement edited (line 1)'],
    [['a', 'a'], ['a'], '1 statement removed (was line 3)'],
  ])('%j → %j: %s', (before, after, words) => {
    expect(describeChanges([migration('1', before)], [migration('1', after)])).toEqual([`1_x.up.sql changed: ${words}`]);
  });

  test('only comments or spacing', () => {
    const commented = migration('1', ['a'], { up: script('1_x.up.sql', '-- why\na') });
    expect(describeChanges([migration('1', ['a'])], [commented])).toEqual(['1_x.up.sql changed: only comments or spacing']);
  });

  test('a directive makes the same statement run otherwise', () => {
    const batched = migration('1', ['a'], {
      up: script('1_x.up.sql', '-- offpeak: backfill …\na'),
      statements: [{ ...statement('a', 0), backfill: { table: 't', key: 'id' } }],
    });
    expect(describeChanges([migration('1', ['a'])], [batched])).toEqual(['1_x.up.sql changed: how a statement runs (line 1)']);
  });

  test('migrations added, removed and renamed, downs and validations', () => {
    const before = [migration('1', ['a']), migration('2', ['b']), migration('3', ['c'])];
    const after = [
      migration('1', ['a'], { name: 'y', down: script('1_y.down.sql', 'other') }),
      migration('3', ['c'], { down: null, validate: script('3_x.validate.sql', 'v') }),
      migration('4', ['d']),
    ];
    expect(describeChanges(before, after)).toEqual([
      '1_x was renamed to 1_y',
      '1_y.down.sql changed',
      '3_x.down.sql was removed',
      '3_x.validate.sql was added',
      '4_x was added',
      '2_x was removed',
    ]);
  });

  test('the same bytes judged differently', () => {
    const other = migration('1', ['a'], { statements: [{ ...statement('a', 0), blocks: 'writes' }] });
    expect(describeChanges([migration('1', ['a'])], [other])).toEqual(['1_x.up.sql is judged differently (line 1)']);
  });
});
