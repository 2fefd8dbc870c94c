import { describe, expect, test } from 'vitest';
import { waiversOf } from '../../src/domain/plan.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { migrationSource } from '../../src/migration/source.ts';
import { aPlan } from '../support/plans.ts';
import { refused, verdicts } from './judge.ts';
import { scripts } from './scripts.ts';
import { dirname } from 'node:path';

const DROP = 'alter table leads drop column email';

async function read(up: string) {
  const [path = ''] = await scripts({ '0001_x.up.sql': up, '0001_x.down.sql': 'alter table leads add column email text' });
  return await migrationSource({ directory: dirname(path), serverMajor: () => Promise.resolve(17) }).read();
}

describe('a hazard somebody decided to live with', () => {
  test('N29 stays on the statement with its reason, and the others stay as they are', async () => {
    const [statement] = await verdicts(`-- offpeak: waive drop_column reason="nothing reads it since May"\n${DROP} cascade`);
    expect(statement?.hazards.map(({ code, waived }) => [code, waived])).toEqual([
      ['drop_column', 'nothing reads it since May'],
      ['cascade', undefined],
    ]);
  });

  test('N29 is listed on the plan with file, line, sentence and reason, and changes its digest', async () => {
    const with_ = await read(`select 1;\n-- offpeak: waive drop_column reason="nothing reads it since May"\n${DROP}`);
    const without = await read(`select 1;\n-- (nothing is waived here, and the line numbers are the same)\n${DROP}`);
    if (!with_.ok || !without.ok) throw new Error('refused');
    expect(waiversOf(with_)).toEqual([
      {
        path: '0001_x.up.sql',
        line: 3,
        code: 'drop_column',
        message: expect.stringContaining('leads.email are gone'),
        reason: 'nothing reads it since May',
      },
    ]);
    expect(waiversOf(without)).toEqual([]);
    const same = <T extends { up: unknown }>(migration: T) => ({ ...migration, up: { path: 'same', text: '', sha256: '' } });
    const digest = (migrations: typeof with_.migrations) =>
      digestOf({ ...aPlan(), migrations: migrations.map(same) }, null, (text) => text);
    expect(digest(with_.migrations)).not.toBe(digest(without.migrations));
  });

  test('how grave a hazard is and how it reads do not change the digest: sizes grow by themselves', async () => {
    const found = await read(DROP);
    if (!found.ok) throw new Error('refused');
    const graver = found.migrations.map((migration) => ({
      ...migration,
      statements: migration.statements.map((statement) => ({
        ...statement,
        hazards: [
          ...statement.hazards.map((hazard) => ({ ...hazard, severity: 'note' as const, message: 'about 2 million rows' })),
          { code: 'busy_table', severity: 'warning' as const, message: '40 calls a second', measured: true as const },
        ],
      })),
    }));
    const digest = (migrations: typeof found.migrations) => digestOf({ ...aPlan(), migrations }, null, (text) => text);
    expect(digest(graver)).toBe(digest(found.migrations));
  });

  test.each([
    [`-- offpeak: waive drop_column\n${DROP}`, 'has no reason'],
    [`-- offpeak: waive drop_column reason=""\n${DROP}`, 'has no reason'],
    [`-- offpeak: waive drop_column reason="  "\n${DROP}`, 'has no reason'],
    [`-- offpeak: waive\n${DROP}`, 'has no reason'],
    [`-- offpeak waive drop_column reason="because"\n${DROP}`, 'without its colon'],
    [`${DROP}; -- offpeak: waive drop_column reason="because"\nselect 1`, 'behind the statement before it'],
    [`${DROP};\n-- offpeak: waive drop_column reason="because"`, 'before no statement'],
  ])('%s is refused', async (sql, why) => {
    expect((await refused(sql))[0]?.message).toContain(why);
  });

  test('N29 a code the statement does not have is refused with the line and the codes it has', async () => {
    const found = await read(`select 1;\n-- offpeak: waive drop_colum reason="because"\n${DROP}`);
    expect(found).toMatchObject({ ok: false, problems: [{ path: '0001_x.up.sql', line: 2 }] });
    expect(found.ok ? '' : found.problems[0]?.message).toMatch(/waives drop_colum, which .* It has drop_column\./);
  });
});
