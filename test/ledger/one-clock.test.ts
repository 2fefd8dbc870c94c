import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const TELLS_TIME =
  /\b(?:clock_timestamp|statement_timestamp|transaction_timestamp|current_timestamp|localtimestamp|current_date|Date\.now|new Date\(\))|(?<!offpeak\.)\bnow\(\)/i;

/** Lines that may: the one clock itself, and leases, which are no business time. */
const MAY = [
  /AS 'SELECT pg_catalog\.clock_timestamp\(\)'/,
  /lease_until.*clock_timestamp\(\)|clock_timestamp\(\).*lease_until/,
  /^\s*(--|\/\/|\*|\/\*\*)/,
  /COMMENT ON FUNCTION offpeak\.now/,
];

function offences(text: string): readonly string[] {
  return text.split('\n').filter((line) => TELLS_TIME.test(line) && !MAY.some((pattern) => pattern.test(line)));
}

describe('the ledger has one clock (F39)', () => {
  test('and nothing else in it tells the time, but for leases', async () => {
    const files = [];
    for (const folder of ['src/ledger/', 'migrations/']) {
      const entries = await readdir(new URL(folder, ROOT), { recursive: true });
      files.push(...entries.filter((name) => /\.(ts|sql)$/.test(name)).map((name) => `${folder}${name}`));
    }
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) expect([file, offences(await readFile(new URL(file, ROOT), 'utf8'))]).toEqual([file, []]);
  });

  test.each([
    'created_at timestamptz DEFAULT now()',
    'WHERE at < clock_timestamp()',
    'const at = new Date().toISOString()',
    'SELECT CURRENT_TIMESTAMP',
  ])('would notice: %s', (line) => {
    expect(offences(line)).toEqual([line]);
  });
});
