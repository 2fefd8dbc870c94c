import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CatalogState } from '../../../src/domain/catalog.ts';
import { lintMemory, type LintMemory } from '../../../src/migration/cache/memory.ts';
import { lintFiles } from '../../../src/migration/lint-files.ts';
import { aCatalog } from '../a-catalog.ts';

/** Texts that make, change, use and take away the same few things, and some that cannot be read. */
const TEXTS = [
  'CREATE TABLE a (id bigint PRIMARY KEY, t_id int REFERENCES t (id));',
  'DROP TABLE a;',
  'ALTER TABLE t ADD COLUMN n int NOT NULL;',
  'ALTER TABLE t ADD CONSTRAINT c CHECK (x IS NOT NULL) NOT VALID;',
  'ALTER TABLE t VALIDATE CONSTRAINT c;\nALTER TABLE t ALTER x SET NOT NULL;',
  'ALTER TABLE t RENAME TO u;',
  'ALTER TABLE u RENAME TO t; TRUNCATE t;',
  'INSERT INTO a SELECT 1; UPDATE t SET x = 1;',
  "DO $$ BEGIN IF true THEN DROP TABLE a; END IF; END $$; SET timezone = 'UTC';",
  '-- offpeak: waive drop_column reason="nothing reads it"\nALTER TABLE t DROP COLUMN x;',
  '-- offpeak: waive drop_table reason="not there"\nSELECT 1;',
  'CREATE INDEX i ON t (x);',
  'selec 1',
  'SELECT \u202e1',
  '',
];

const FILES = fc.array(fc.nat(TEXTS.length - 1), { minLength: 1, maxLength: 6 });
/** How the folder goes on: some files edited, one more, or the last one gone; judged from their text alone or on a database. */
const EDITS = fc.array(
  fc.record({ edits: fc.array(fc.tuple(fc.nat(6), fc.nat(TEXTS.length - 1)), { maxLength: 3 }), grows: fc.boolean(), live: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

/** Writes these texts and answers what the linter says of them with this memory. */
async function lintTexts(folder: string, texts: readonly number[], on: { live: CatalogState | null; memory: LintMemory | null }) {
  const paths = texts.map((_, index) => join(folder, `${index}.sql`));
  await Promise.all(paths.map((path, index) => writeFile(path, TEXTS[texts[index] ?? 0] ?? '')));
  const answer = await lintFiles(paths, { serverMajor: 17, ...(on.live === null ? {} : { catalog: on.live }) }, on.memory);
  on.memory?.save();
  return answer;
}

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'offpeak-cache-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TABLES = { t: { bytes: 5_000_000_000, rows: 10_000_000, callsPerSecond: 40 } };
const memoryIn = (folder: string) => lintMemory(join(folder, 'cache'), [join(folder, '0.sql')]);

/** The memory, how often it was asked about a text, and how often the parser had to be. */
function counted(memory: LintMemory) {
  const count = { parses: 0, questions: 0 };
  const get = (key: string) => {
    count.questions += 1;
    return memory.parses.get(key);
  };
  const set = (key: string, value: string) => {
    count.parses += 1;
    memory.parses.set(key, value);
  };
  return { count, memory: { ...memory, parses: { get, set } } };
}

describe('the memory of the linter', () => {
  test('changes no answer, whichever files are edited between two runs and whatever was kept before', async () => {
    const live = await aCatalog('CREATE TABLE t (id int PRIMARY KEY, x int)', TABLES);
    await fc.assert(
      fc.asyncProperty(FILES, EDITS, async (first, rounds) =>
        inFolder(async (folder) => {
          let texts = first;
          for (const round of [{ edits: [], grows: false, live: true }, ...rounds]) {
            texts = round.grows ? [...texts, texts.length] : texts.length > 1 ? texts.slice(0, -1) : texts;
            for (const [at, text] of round.edits) texts = at < texts.length ? texts.with(at, text) : texts;
            const on = round.live ? live : null;
            const remembered = await lintTexts(folder, texts, { live: on, memory: memoryIn(folder) });
            expect(remembered).toEqual(await lintTexts(folder, texts, { live: on, memory: null }));
          }
        }),
      ),
      { numRuns: 60 },
    );
  });

  test('no text is parsed twice: not in a file that stays, and not when it is judged again because an earlier one changed', async () => {
    const live = await aCatalog('CREATE TABLE t (id int PRIMARY KEY, x int)', TABLES);
    await inFolder(async (folder) => {
      const cold = counted(memoryIn(folder));
      await lintTexts(folder, [2, 8, 9, 11], { live, memory: cold.memory });
      expect(cold.count.parses).toBeGreaterThan(4);
      const unchanged = counted(memoryIn(folder));
      await lintTexts(folder, [2, 8, 9, 11], { live, memory: unchanged.memory });
      expect(unchanged.count.parses).toBe(0);
      const edited = counted(memoryIn(folder));
      await lintTexts(folder, [3, 8, 9, 11], { live, memory: edited.memory });
      expect(edited.count.parses).toBe(1);
    });
  });

  test('whoever edits the last file, or adds one, does not wait for those before it to be gone through', async () => {
    const live = await aCatalog('CREATE TABLE t (id int PRIMARY KEY, x int)', TABLES);
    await inFolder(async (folder) => {
      await lintTexts(folder, [2, 3, 0, 11], { live, memory: memoryIn(folder) });
      for (const texts of [
        [2, 3, 0, 1],
        [2, 3, 0, 1, 5],
        [2, 3, 0, 1, 4],
      ]) {
        const { count, memory } = counted(memoryIn(folder));
        const remembered = await lintTexts(folder, texts, { live, memory });
        expect(count.questions).toBe(1);
        expect(remembered).toEqual(await lintTexts(folder, texts, { live, memory: null }));
      }
    });
  });

  test('another schema, and another version of the server, are judged anew', async () => {
    await inFolder(async (folder) => {
      const sql = 'CREATE TABLE t (id int PRIMARY KEY, x int)';
      for (const live of [await aCatalog(sql, TABLES), await aCatalog(sql, { t: { bytes: 8192, rows: 3 } }), await aCatalog('SELECT 1')]) {
        const remembered = await lintTexts(folder, [11, 2], { live, memory: memoryIn(folder) });
        expect(remembered).toEqual(await lintTexts(folder, [11, 2], { live, memory: null }));
      }
    });
  });
});
