import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type BenchFile = { readonly version: string; readonly up: string; readonly down: string };

/** Migrations of one statement each: a table, and a column for it, in turn. */
export function benchFiles(count: number): readonly BenchFile[] {
  return Array.from({ length: count }, (_, index) => {
    const version = String(index + 1).padStart(4, '0');
    const before = String(index).padStart(4, '0');
    return index % 2 === 0
      ? { version, up: `CREATE TABLE t${version} (id bigint PRIMARY KEY, name text NOT NULL);\n`, down: `DROP TABLE t${version};\n` }
      : { version, up: `ALTER TABLE t${before} ADD COLUMN note text;\n`, down: `ALTER TABLE t${before} DROP COLUMN note;\n` };
  });
}

/** Writes them as Offpeak's own format wants them, and answers the paths of the ups, in order. */
export async function writeBenchFiles(directory: string, files: readonly BenchFile[]): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const up = (version: string) => join(directory, `${version}_m.up.sql`);
  for (const { version, up: text, down } of files) {
    await writeFile(up(version), text);
    await writeFile(join(directory, `${version}_m.down.sql`), down);
  }
  return files.map(({ version }) => up(version));
}
