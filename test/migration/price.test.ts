import { beforeAll, describe, expect, test } from 'vitest';
import { migrationOf } from '../../src/migration/migration.ts';
import { parseFile } from '../../src/migration/parse.ts';
import { loadParser, type Parser } from '../../src/migration/parser.ts';
import { lossQuestions } from '../../src/migration/price/loss-questions.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await loadParser();
});

function questionsFor(down: string | null, up = 'SELECT 1') {
  const script = (path: string, text: string) => ({ path, text, sha256: '' });
  const change = {
    version: '0008',
    name: 'x',
    up: script('up.sql', up),
    down: down === null ? null : script('down.sql', down),
    validate: null,
  };
  const { migration, problems } = migrationOf(change, { serverMajor: 17, parse: (file, part) => parseFile(parser, { ...file, part }) });
  expect(problems).toEqual([]);
  return lossQuestions(parser, migration);
}

/** What is lost and the query that counts it, as `what <- sql`. */
const asked = (down: string, up?: string) =>
  questionsFor(down, up).questions.map(({ what, sql }) => `${what} <- ${sql ?? 'nobody can count'}`);

describe('what a down would take away', () => {
  test.each([
    ['CREATE INDEX i ON t (a); DROP INDEX j; ALTER TABLE t DROP CONSTRAINT c, ALTER a SET NOT NULL, ALTER a DROP DEFAULT'],
    ['DROP VIEW v; DROP FUNCTION f(); DROP TRIGGER g ON t; DROP TYPE e; ALTER TABLE t RENAME TO u; INSERT INTO t VALUES (1)'],
    ['CREATE TABLE copy (a int); INSERT INTO copy SELECT a FROM t; DROP TABLE copy'],
    ["SELECT setval('s', 1); COMMENT ON TABLE t IS 'x'; GRANT SELECT ON t TO u"],
  ])('nothing: %s', (down) => {
    expect(asked(down)).toEqual([]);
  });

  test.each([
    ['ALTER TABLE leads DROP COLUMN email_domain', 'values of leads.email_domain <- SELECT FROM leads WHERE email_domain IS NOT NULL'],
    ['ALTER TABLE sales."Order" DROP "User"', 'values of sales."Order"."User" <- SELECT FROM sales."Order" WHERE "User" IS NOT NULL'],
    ['DROP TABLE public.kinds', 'rows of kinds <- SELECT FROM public.kinds'],
    ['TRUNCATE kinds', 'rows of kinds <- SELECT FROM kinds'],
    ["DELETE FROM plans WHERE name = 'new'", "deleted rows of plans <- SELECT FROM plans WHERE name = 'new'"],
    ['DELETE FROM ONLY plans AS p', 'deleted rows of plans <- SELECT FROM ONLY plans AS p'],
    [
      'DELETE FROM plans p USING old o WHERE p.id = o.id RETURNING p.id',
      'deleted rows of plans <- SELECT DISTINCT p.tableoid, p.ctid FROM plans p, old o WHERE p.id = o.id',
    ],
    ['UPDATE leads SET touched = 0 WHERE touched <> 0', 'overwritten rows of leads <- SELECT FROM leads WHERE touched <> 0'],
    [
      "UPDATE leads SET a = b IS DISTINCT FROM c, d = (SELECT x FROM e WHERE true) /* WHERE */ FROM plans WHERE plan = 'é✓'",
      "overwritten rows of leads <- SELECT DISTINCT leads.tableoid, leads.ctid FROM leads, plans WHERE plan = 'é✓'",
    ],
    [
      'ALTER TABLE t ALTER name TYPE varchar(40)',
      'values of t.name that do not fit varchar(40) <- SELECT FROM t WHERE name::varchar(40)::text IS DISTINCT FROM name::text',
    ],
    [
      'ALTER TABLE t ALTER n TYPE numeric(8,2)',
      'values of t.n that do not fit numeric(8,2) <- SELECT FROM t WHERE n::numeric(8,2) IS DISTINCT FROM n',
    ],
    ['ALTER TABLE t ALTER n TYPE int USING length(n)', 'values of t.n that USING computes anew <- SELECT FROM t WHERE n IS NOT NULL'],
    ['ALTER TABLE u RENAME TO t; ALTER TABLE t DROP a', 'values of u.a <- SELECT FROM u WHERE a IS NOT NULL'],
    ['DO $$ BEGIN DELETE FROM t; END $$', 'whatever its DO block changes <- nobody can count'],
    ['SELECT undo_it()', 'whatever undo_it changes <- nobody can count'],
    ['DROP TYPE e CASCADE', 'what depends on e <- nobody can count'],
    ['WITH gone AS (SELECT 1) DELETE FROM t', 'deleted rows of t <- nobody can count'],
  ])('%s', (down, question) => {
    expect(asked(down)).toEqual([question]);
  });

  test.each([
    [
      'an expression over the row',
      "UPDATE t SET d = lower(split_part(e, '@', 2)), x = 1 WHERE d IS NULL",
      "d IS NOT NULL AND d IS DISTINCT FROM (lower(split_part(e, '@', 2)))",
    ],
    [
      'a constant default',
      "ALTER TABLE t ADD COLUMN d text NOT NULL DEFAULT 'it''s'::text",
      "d IS NOT NULL AND d IS DISTINCT FROM ('it''s')",
    ],
    [
      'a default and a backfill',
      'ALTER TABLE t ADD COLUMN d int DEFAULT 0; UPDATE t SET d = 1 WHERE e',
      'd IS NOT NULL AND d IS DISTINCT FROM (0) AND d IS DISTINCT FROM (1)',
    ],
    ['a volatile default is not computed again', 'ALTER TABLE t ADD COLUMN d uuid DEFAULT gen_random_uuid()', 'd IS NOT NULL'],
    ['nor is what another table gives', 'UPDATE t SET d = (SELECT max(x) FROM u)', 'd IS NOT NULL'],
    ['nor what a function of the user gives', 'UPDATE t SET d = price_of(e)', 'd IS NOT NULL'],
  ])('values that the next up computes again are no loss: %s', (_, up, condition) => {
    expect(asked('ALTER TABLE t DROP COLUMN d', up)).toEqual([`values of t.d <- SELECT FROM t WHERE ${condition}`]);
  });

  test('a generated column loses nothing', () => {
    expect(asked('ALTER TABLE t DROP COLUMN d', 'ALTER TABLE t ADD COLUMN d int GENERATED ALWAYS AS (a + 1) STORED')).toEqual([]);
  });

  test('no down, an empty one and one that only raises are irreversible; nothing to undo is not', () => {
    const raises = "DO $$ BEGIN RAISE EXCEPTION 'no way back'; END $$";
    expect([null, '-- nothing', raises, 'SELECT 1'].map((down) => questionsFor(down).irreversible)).toEqual([true, true, true, false]);
    expect(questionsFor('', '').irreversible).toBe(false);
  });

  test('each question has the line of its statement', () => {
    expect(questionsFor('-- back\nDROP TABLE a;\n\nDROP TABLE b;').questions.map(({ line }) => line)).toEqual([2, 4]);
  });
});
