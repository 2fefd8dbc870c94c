import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { rm } from 'node:fs/promises';

/** Files in a folder of their own, gone when the test is. Answers their paths in the order given. */
export async function scripts(files: Readonly<Record<string, string | Uint8Array>>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'offpeak-lint-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const paths = Object.entries(files).map(([name, content]) => ({ path: join(folder, name), content }));
  await Promise.all(paths.map(({ path, content }) => writeFile(path, content)));
  return paths.map(({ path }) => path);
}
