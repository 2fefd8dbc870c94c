import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTools } from '../../../src/target/backup/tools.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'offpeak-roots-'));
  for (const version of ['14.9', '16.2', '17.1', '18.0'])
    await install(join(root, version.slice(0, 2), 'bin'), version, ['pg_dump', 'pg_restore']);
  await install(join(root, '19', 'bin'), '19.0', ['pg_dump']);
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

async function install(directory: string, version: string, programs: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const program of programs) {
    await writeFile(join(directory, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`);
    await chmod(join(directory, program), 0o755);
  }
}

it.each([
  ['the own major, though newer ones are there', 16, '16'],
  ['the newest above, when the own is missing', 15, '18'],
])('takes %s', async (_title, serverMajor, expected) => {
  const found = await findTools({ serverMajor, roots: [root], path: false });
  expect(found).toMatchObject({ ok: true, tools: { pgDump: join(root, expected, 'bin', 'pg_dump'), major: Number(expected) } });
});

it('takes the configured directory and looks nowhere else', async () => {
  const binDir = join(root, '17', 'bin');
  expect(await findTools({ serverMajor: 16, binDir, roots: [root] })).toMatchObject({
    ok: true,
    tools: { pgRestore: join(binDir, 'pg_restore') },
  });
  expect(await findTools({ serverMajor: 16, binDir: join(root, '14', 'bin'), roots: [root] })).toMatchObject({ ok: false });
});

it('refuses older tools and half a set, and says where it looked, what it found and what to install (F18)', async () => {
  const found = await findTools({ serverMajor: 19, roots: [root], path: false });
  const why = found.ok ? '' : found.why;
  expect(why).toContain(join(root, '19', 'bin'));
  expect(why).toContain('Found only pg_dump (PostgreSQL) 14.9');
  expect(why).toContain('apt-get install postgresql-client-19');
  expect(why).toContain('The database was not touched');
});

it('says so when there is nothing at all', async () => {
  const found = await findTools({ serverMajor: 15, roots: [join(root, 'nothing')], path: false });
  expect(found).toMatchObject({ ok: false, why: expect.stringContaining('No pg_dump and pg_restore of version 15 or newer') });
});
