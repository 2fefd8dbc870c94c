import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CatalogRelation, CatalogState } from '../../../src/domain/catalog.ts';
import { decisive } from '../../../src/migration/cache/decisive.ts';
import { loadParser } from '../../../src/migration/parser.ts';
import { lintText } from '../../../src/migration/lint-text.ts';
import { aCatalog } from '../a-catalog.ts';

const MIB = 1024 * 1024;
const SQL =
  'CREATE TABLE a (id serial PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id)); CREATE TABLE c (x int)';
/** Each reads or locks several tables, so that the heaviest counts; some change what there is to weigh first. */
const SCRIPTS = [
  'ALTER TABLE a ALTER x TYPE bigint; ALTER TABLE b DROP COLUMN a_id',
  'ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a_id) REFERENCES a (id); CREATE INDEX i ON c (x)',
  'TRUNCATE a, b; ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a_id) REFERENCES a (id)',
  'TRUNCATE c; INSERT INTO c SELECT 1; CREATE INDEX i ON c (x); DROP TABLE a, b, c CASCADE',
  'CREATE TABLE n (id int); INSERT INTO n SELECT 1; DROP TABLE c, n; TRUNCATE a, n',
  'INSERT INTO a (x) SELECT 1; LOCK TABLE a, c; UPDATE a SET x = 1; CLUSTER',
];

type Numbers = Pick<CatalogRelation, 'bytes' | 'rows' | 'callsPerSecond'>;
const NUMBER = (...values: readonly number[]) => fc.option(fc.constantFrom(...values), { freq: 6 });
const NUMBERS: fc.Arbitrary<Numbers> = fc.record({
  bytes: NUMBER(0, 8192, 8 * MIB - 1, 8 * MIB, 8 * MIB + 40, 256 * MIB, 256 * MIB + 1),
  rows: NUMBER(0, 1, 1_000, 1_001, 2_000_000),
  callsPerSecond: NUMBER(0, 0.2, 0.4, 9.96, 10, 10.01, 200),
});

describe('what is decisive of a catalog', () => {
  let catalog: CatalogState;
  beforeAll(async () => {
    catalog = await aCatalog(SQL);
  });

  const withNumbers = (numbers: readonly Numbers[], used: number | null = null): CatalogState => ({
    ...catalog,
    relations: catalog.relations.map((relation, index) =>
      relation.kind === 'S' ? { ...relation, used } : { ...relation, ...numbers[index % numbers.length] },
    ),
  });

  test('two catalogs of which it is the same get the same verdicts on everything', async () => {
    const parser = await loadParser();
    const verdicts = (state: CatalogState) =>
      SCRIPTS.map((text) => lintText(parser, { path: 'a.sql', text }, { serverMajor: 17, catalog: state }).statements);
    const counted = { same: 0 };
    fc.assert(
      fc.property(fc.array(NUMBERS, { minLength: 4, maxLength: 4 }), fc.nat(3), NUMBERS, (numbers, at, other) => {
        const [one, two] = [
          withNumbers(numbers),
          withNumbers(numbers.map((each, index) => (index === at ? { ...each, ...near(each, other) } : each))),
        ];
        if (decisive(one) !== decisive(two)) return;
        counted.same += 1;
        expect(verdicts(two)).toEqual(verdicts(one));
      }),
      { numRuns: 400 },
    );
    expect(counted.same).toBeGreaterThan(20);
  });

  test('an average that moved by little, a few more rows and a sequence that went on change nothing', () => {
    const [quiet, busy] = [
      { bytes: 8192, rows: 100, callsPerSecond: 0.31 },
      { bytes: 50 * MIB, rows: 1_234_567, callsPerSecond: 412.3 },
    ];
    const later = [
      { ...quiet, callsPerSecond: 0.29 },
      { bytes: 50 * MIB + 8192, rows: 1_234_999, callsPerSecond: 409.1 },
    ];
    expect(decisive(withNumbers(later, 0.12))).toBe(decisive(withNumbers([quiet, busy], 0.11)));
  });

  test.each([
    ['a size that is another in words', { bytes: 60 * MIB }],
    ['a table somebody uses now', { callsPerSecond: 12 }],
    ['a table that is empty now', { bytes: 0 }],
    ['a size nobody measured', { bytes: null }],
  ])('%s counts', (_, change) => {
    const before = { bytes: 50 * MIB, rows: 1_000, callsPerSecond: 1 };
    expect(decisive(withNumbers([{ ...before, ...change }]))).not.toBe(decisive(withNumbers([before])));
  });

  test('a sequence that is nearly used up counts by the percent', () => {
    const numbers = [{ bytes: 0, rows: 0, callsPerSecond: 0 }];
    expect(decisive(withNumbers(numbers, 0.71))).not.toBe(decisive(withNumbers(numbers, 0.69)));
    expect(decisive(withNumbers(numbers, 0.725))).toBe(decisive(withNumbers(numbers, 0.721)));
  });

  test('a column counts, whatever is the same in numbers', () => {
    const [first, ...rest] = catalog.relations;
    if (first === undefined) throw new Error('no relation');
    expect(decisive({ ...catalog, relations: [{ ...first, columns: first.columns.slice(1) }, ...rest] })).not.toBe(decisive(catalog));
  });
});

/** Of another table's numbers one, so that often nothing decisive changes. */
function near(numbers: Numbers, other: Numbers): Partial<Numbers> {
  const calls = numbers.callsPerSecond ?? 0;
  return (other.rows ?? 0) > 1_000
    ? { rows: other.rows }
    : { callsPerSecond: calls === 0.2 ? 0.4 : calls === 10 ? 10.01 : other.callsPerSecond };
}
