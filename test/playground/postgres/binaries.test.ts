import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedBinaries, findBinaries } from '../../../playground/postgres/binaries.ts';

const ALL = ['postgres', 'initdb', 'pg_dump', 'pg_restore'];
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'offpeak-binaries-'));
});
afterAll(async () => rm(home, { recursive: true }));

describe('findBinaries', () => {
  test('PG_BIN_DIR wins over whatever the system holds, with its own tools', async () => {
    const dir = await planted('chosen', 14, ALL);
    const found = await findBinaries({ PG_BIN_DIR: dir, PATH: await planted('newer', 98, ALL) });
    expect(found).toEqual({
      dir,
      origin: 'PG_BIN_DIR',
      major: 14,
      tools: { pg_dump: join(dir, 'pg_dump'), pg_restore: join(dir, 'pg_restore'), major: 14 },
    });
  });

  test('PG_BIN_DIR without a server is an error, never passed over', async () => {
    const dir = await planted('tools-only', 15, ['pg_dump', 'pg_restore']);
    await expect(findBinaries({ PG_BIN_DIR: dir })).rejects.toThrow(/PG_BIN_DIR .* holds no postgres/);
  });

  test('takes tools from elsewhere when they are newer than the server', async () => {
    const server = await planted('server-14', 14, ['postgres', 'initdb']);
    const tools = await planted('tools-99', 99, ['pg_dump', 'pg_restore']);
    const found = await findBinaries({ PG_BIN_DIR: server, PATH: tools });
    expect(found.tools).toEqual({ pg_dump: join(tools, 'pg_dump'), pg_restore: join(tools, 'pg_restore'), major: 99 });
  });

  test('older tools are no tools: pg_dump refuses a newer server', async () => {
    const server = await planted('server-97', 97, ['postgres', 'initdb']);
    expect((await findBinaries({ PG_BIN_DIR: server, PATH: await planted('tools-9', 9, ALL) })).tools).toBeNull();
  });

  test('the newest complete system directory is taken, one without pg_dump is not', async () => {
    const complete = await planted('complete-95', 95, ALL);
    const path = [await planted('old-94', 94, ALL), complete, await planted('bare-96', 96, ['postgres', 'initdb'])].join(':');
    expect(await findBinaries({ PATH: path })).toMatchObject({ dir: complete, origin: 'system', major: 95 });
  });
});

test('the embedded package is found, twice in a row, with its library links in place', async () => {
  const first = await embeddedBinaries({ PATH: '' });
  expect(first).toMatchObject({ origin: 'embedded' });
  expect(first?.major).toBeGreaterThanOrEqual(15);
  expect(await embeddedBinaries({ PATH: '' })).toEqual(first);
});

async function planted(name: string, major: number, programs: readonly string[]): Promise<string> {
  const dir = join(home, name);
  await mkdir(dir);
  for (const program of programs) {
    await writeFile(join(dir, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${major}.1"\n`);
    await chmod(join(dir, program), 0o755);
  }
  return dir;
}
