import { array, assert, constantFrom, property, record, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadParser } from '../../src/migration/parser.ts';
import { splitStatements } from '../../src/migration/split.ts';
import { leadLength } from '../../src/migration/trivia.ts';
import { parsed, refused } from './judge.ts';

const STATEMENTS = [
  'select 1',
  "select 'é✓; -- no comment'",
  "insert into t values ('😀', 'it''s', E'a\\';b')",
  'create function f() returns int language sql as $b$ select 1; select 2; $b$',
  'do $$ begin perform 1; /* ; */ perform 2; end $$',
  'select "ö;ä" from "ü -- x"',
  'update t set a = 1 /* in; /* nested; */ side */ where b = $q$;$q$',
  'alter table "Größe" add column "naïve" text',
];
const BETWEEN = ['', ' ', '\n', '\r\n', '\t', '-- ein; Kommentar mit ü\n', '/* /* ; */ 😀 */', '\n\n-- x\r\n', ';', ' ; ;\n'];

describe('splitting by bytes', () => {
  test('slices and gaps are the file, whatever characters, quotes and comments it has', async () => {
    const parser = await loadParser();
    const gap = array(constantFrom(...BETWEEN), { maxLength: 4 }).map((parts) => parts.join(''));
    const file = record({ parts: array(tuple(gap, constantFrom(...STATEMENTS)), { maxLength: 8 }), end: gap });
    assert(
      property(file, ({ parts, end }) => {
        const text = `${parts.map(([before, sql]) => `${before}${sql};`).join('')}${end}`;
        const split = splitStatements(parser, { path: 'x.sql', text });
        if (!split.ok) throw new Error(split.problem.message);
        expect(split.statements.map(({ sql }) => sql)).toEqual(parts.map(([, sql]) => sql));
        let at = 0;
        for (const { from, to, sql, line } of split.statements) {
          expect(text.slice(from, to)).toBe(sql);
          expect(leadLength(text.slice(at, from))).toBe(from - at);
          expect(line).toBe(text.slice(0, from).split('\n').length);
          at = to;
        }
        expect(leadLength(text.slice(at))).toBe(text.length - at);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['', ' \n\t', '-- nothing\n', '/* nothing */', ';;\n;', '\r\n'])('%j has no statement and is fine', async (text) => {
    expect(await parsed(text)).toEqual([]);
  });

  test('the last statement needs no semicolon, and lines count from the statement, not from its comment', async () => {
    const statements = await parsed('-- é\nselect 1;\r\n\r\n/* two\nlines */ select 2');
    expect(statements.map(({ sql, line }) => [sql, line])).toEqual([
      ['select 1', 2],
      ['select 2', 5],
    ]);
  });

  test('thousands of statements are split in a moment', async () => {
    const parser = await loadParser();
    const text = "insert into t values ('é');\n".repeat(5_000);
    const started = performance.now();
    const split = splitStatements(parser, { path: 'x.sql', text });
    expect(split.ok && split.statements.at(-1)?.line).toBe(5_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('what PostgreSQL cannot read', () => {
  test('names file, line and column with the line and a caret, counting characters and not bytes', async () => {
    const [problem] = await refused("select 1;\nselect 'é😀', from x;\nselect 3;");
    expect(problem?.line).toBe(2);
    const [first, line, caret] = problem?.message.split('\n') ?? [];
    expect(first).toMatch(/^0001_x\.up\.sql line 2: syntax error at or near "from"\. .*mend the file/);
    expect(line).toBe("  2 | select 'é😀', from x;");
    // The pair of surrogates is two units in the line and one blank above the caret.
    expect(caret?.indexOf('^')).toBe(line?.replace('😀', '_').indexOf('from'));
  });

  test.each([
    ['\tselect\tfrom from', '    | \t      \t     ^'],
    ['select 1 +', '    |           ^'],
    ["select 'abc", '    |        ^'],
  ])('%j has its caret under the mistake', async (text, caret) => {
    const [problem] = await refused(text);
    expect(problem?.message.split('\n').at(-1)).toBe(caret);
  });

  test('a line of ten thousand characters is shown around the mistake only', async () => {
    const [problem] = await refused(`select ${'1, '.repeat(5_000)} from from x`);
    const [, line, caret] = problem?.message.split('\n') ?? [];
    expect(line?.length).toBeLessThan(200);
    expect(line?.slice(caret?.indexOf('^'))).toBe('from from x');
  });

  test.each(['\\i other.sql', "\\copy t from program 'sed'", 'select 1;\n  \\! rm -rf /'])(
    'psql command %j is refused with what to do',
    async (text) => {
      const [problem] = await refused(text);
      expect(problem?.line).toBe(text.split('\n').length);
      expect(problem?.message).toMatch(/psql command.*Write it as SQL/);
    },
  );

  test.each(['select 1;\ncopy t from stdin;\n1\t2\n\\.\n', 'select 1;\ncopy t (a, b) from stdin with (format csv);'])(
    'COPY data is refused at the line of its COPY: %j',
    async (text) => {
      const [problem] = await refused(text);
      expect(problem?.line).toBe(2);
      expect(problem?.message).toMatch(/COPY … FROM stdin.*INSERT/);
    },
  );

  test('a nesting the parser gives up on is a problem of the file, and the parser goes on working', async () => {
    const [problem] = await refused(`select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`);
    expect(problem?.message).toMatch(/memory exhausted|cannot read/);
    expect(await parsed('select 1')).toHaveLength(1);
  });
});
