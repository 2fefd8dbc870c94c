import { describe, expect, test } from 'vitest';
import { nativeFormat } from '../../src/migration/formats/native.ts';

const arrange = (...paths: readonly string[]) => nativeFormat.arrange(paths.map((path) => ({ path, text: '', sha256: path })));
const messages = (...paths: readonly string[]) => arrange(...paths).problems.map(({ path, message }) => [path, message]);

describe('native layout', () => {
  test('versions are numbers, not strings', () => {
    const { changes, problems } = arrange(
      '10_c.up.sql',
      '9_b.up.sql',
      '0001_a.up.sql',
      '00100_e.up.sql',
      '20240101120000_f.up.sql',
      '99_d.up.sql',
    );
    expect(problems).toEqual([]);
    expect(changes.map(({ version }) => version)).toEqual(['0001', '9', '10', '99', '00100', '20240101120000']);
  });

  test('up, down and validate of one version belong together; down and validate may be missing', () => {
    const { changes } = arrange('1_a.validate.sql', '1_a.up.sql', '1_a.down.sql', '2_b.up.sql');
    expect(changes.map(({ name, up, down, validate }) => [name, up.path, down?.path ?? null, validate?.path ?? null])).toEqual([
      ['a', '1_a.up.sql', '1_a.down.sql', '1_a.validate.sql'],
      ['b', '2_b.up.sql', null, null],
    ]);
  });

  test('the same version twice is refused, however many zeros it has', () => {
    expect(messages('7_a.up.sql', '0007_b.up.sql')).toEqual([
      ['0007_b.up.sql', expect.stringMatching(/version 7 is already taken by 7_a\.up\.sql/)],
    ]);
  });

  test('a down or a validate without an up is refused', () => {
    expect(messages('1_a.down.sql', '2_b.validate.sql').map(([path]) => path)).toEqual(['1_a.down.sql', '2_b.validate.sql']);
    expect(messages('1_a.down.sql')[0]?.[1]).toMatch(/no up script of version 1\. Add 1_a\.up\.sql/);
  });

  test('a down of the same version with another name is refused with the name it should have', () => {
    expect(messages('1_a.up.sql', '1_b.down.sql')[0]?.[1]).toMatch(/Rename it to 1_a\.down\.sql/);
  });

  test.each([
    'a.up.sql',
    '1-a.up.sql',
    '1_a.sql',
    '1_a.UP.sql',
    '1_a_up.sql',
    '_a.up.sql',
    '1_.up.sql',
    'V1__a.sql',
    '1_a/up.sql',
    'old/1_a.up.sql',
  ])('%s is refused, not skipped', (path) => {
    const { changes, problems } = arrange(path, '2_b.up.sql');
    expect(problems).toEqual([{ path, line: null, message: expect.stringMatching(/<version>_<name>\.up\.sql/) as string }]);
    expect(changes).toHaveLength(1);
  });
});
