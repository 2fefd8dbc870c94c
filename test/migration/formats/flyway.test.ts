import { describe, expect, test } from 'vitest';
import { flywayChecksum } from '../../../src/migration/formats/flyway-checksum.ts';
import { arranged, order, problems } from './arrange.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('flyway', () => {
  test('versions part by part, repeatables last by name, undo beside its version, any folder', () => {
    expect(
      order('flyway', ['V1_10__d.sql', 'R__b.sql', 'old/V1.9__c.sql', 'U1.9__c.sql', 'V2__e.sql', 'R__a.sql', 'down/V2__e.sql']),
    ).toEqual([
      '1.9 c old/V1.9__c.sql U1.9__c.sql',
      '1.10 d V1_10__d.sql -',
      '2 e V2__e.sql down/V2__e.sql',
      expect.stringMatching(/^R__a@[0-9a-f]{8} a R__a\.sql -$/),
      expect.stringMatching(/^R__b@[0-9a-f]{8} b R__b\.sql -$/),
    ]);
  });

  test('a repeatable whose text changed is another version', () => {
    const version = (text: string) => arranged('flyway', { 'R__a.sql': text }).changes[0];
    expect(version('select 1')?.version).not.toBe(version('select 2')?.version);
    expect(version('select 1')).toMatchObject({ repeatable: true, key: 'R__a' });
  });

  test('executeInTransaction=false in the .conf is obeyed', () => {
    const { changes } = arranged('flyway', { 'V1__a.sql': '', 'V1__a.sql.conf': 'executeInTransaction=false\n', 'V2__b.sql': '' });
    expect(changes.map(({ eachCommits }) => eachCommits ?? false)).toEqual([true, false]);
  });

  test.each([
    [{ 'V1__a.sql': 'select 1;\nselect ${schema}.x' }, /line 2: a placeholder that Flyway would replace/],
    [['V1__a.sql', 'V1.0__b.sql'], /version 1\.0 is already taken by V1__a\.sql/],
    [['U3__a.sql'], /there is no V3 that it could undo/],
    [['afterMigrate.sql'], /a callback of Flyway/],
    [['B5__base.sql'], /a baseline migration/],
    [['V__a.sql'], /cannot tell what this file is/],
    [['V1_a.sql'], /cannot tell what this file is/],
    [['R1__a.sql'], /cannot tell what this file is/],
    [['V1__a.sql', 'down/V2__b.sql'], /no migration of this file name/],
  ])('%j is refused', (files, message) => {
    expect(problems('flyway', files).join('\n')).toMatch(message);
  });

  test('placeholders stay when the .conf of the file says so', () => {
    expect(problems('flyway', { 'V1__a.sql': 'select ${x}', 'V1__a.sql.conf': 'placeholderReplacement=false' })).toEqual([]);
  });
});

describe("flyway's checksum", () => {
  test('is CRC32 of the lines, signed: ends of lines and a byte order mark do not count', () => {
    // 0xCBF43926 is CRC32's published check value of these digits.
    expect(flywayChecksum(bytes('123456789'))).toBe(0xcbf43926 - 2 ** 32);
    expect(flywayChecksum(bytes('12345\n6789\n'))).toBe(flywayChecksum(bytes('12345\r\n6789')));
    expect(flywayChecksum(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes('123456789')]))).toBe(flywayChecksum(bytes('123456789')));
    expect(flywayChecksum(bytes('123456788'))).not.toBe(flywayChecksum(bytes('123456789')));
    expect(flywayChecksum(bytes(''))).toBe(0);
  });
});
