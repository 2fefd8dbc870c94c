import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const OFFPEAK = fileURLToPath(new URL('../../src/bin/offpeak.js', import.meta.url));
const STATEMENTS = 1_500;

it('an answer longer than a pipe holds arrives whole: the process does not end before it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-piped-'));
  try {
    const file = join(directory, '0001_long.up.sql');
    await writeFile(file, Array.from({ length: STATEMENTS }, (_, n) => `COMMENT ON TABLE leads IS 'number ${n}';\n`).join(''));
    const { stdout } = await promisify(execFile)(process.execPath, [OFFPEAK, 'lint', '--json', file], {
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, XDG_CACHE_HOME: directory },
    });
    expect(stdout.length).toBeGreaterThan(64 * 1024);
    expect(stdout.trimEnd().split('\n')).toHaveLength(STATEMENTS);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
