import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded, entriesOf, entriesText } from '../../../src/migration/cache/entries.ts';

const KEY = fc.stringMatching(/^[0-9a-f]{4,8}$/);
const ENTRIES = fc.dictionary(KEY, fc.json(), { maxKeys: 8 }).map((entries) => new Map(Object.entries(entries)));

describe('the text of a cache file', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(ENTRIES, (entries) => {
        expect(entriesOf('me', entriesText('me', entries))).toEqual(entries);
      }),
    );
  });

  test('says nothing once one character of it is another, is missing or is too many', () => {
    const damage = fc.record({ at: fc.nat(), as: fc.string({ maxLength: 2 }) });
    fc.assert(
      fc.property(ENTRIES, damage, (entries, { at, as }) => {
        const text = entriesText('me', entries);
        const place = at % (text.length + 1);
        const damaged = `${text.slice(0, place)}${as}${text.slice(place + 1)}`;
        fc.pre(damaged !== text);
        expect(entriesOf('me', damaged).size).toBe(0);
      }),
    );
  });

  test.each([[''], ['\n'], ['{}'], ['offpeak-lint-cache-1 me\nx y\n'], ['\0\0\0']])('%j is no cache', (text) => {
    expect(entriesOf('me', text).size).toBe(0);
  });

  test('says nothing to another program', () => {
    expect(entriesOf('you', entriesText('me', new Map([['a', '1']]))).size).toBe(0);
  });

  test('keeps what this run used before what earlier runs left, and no more than there is room for', () => {
    const used = new Map([['new', '1234567890']]);
    const earlier = new Map([
      ['new', 'old'],
      ['older', '1234567890'],
      ['oldest', '1234567890'],
    ]);
    expect([...bounded(used, earlier, { most: 100, spare: 35 })]).toEqual([
      ['new', '1234567890'],
      ['older', '1234567890'],
    ]);
    expect(bounded(used, earlier, { most: 100, spare: 0 }).size).toBe(1);
    expect(bounded(used, earlier, { most: 100, spare: 100 }).size).toBe(3);
    expect(bounded(used, earlier, { most: 35, spare: 100 }).size).toBe(2);
    expect(bounded(used, earlier, { most: 10, spare: 100 }).size).toBe(0);
  });
});
