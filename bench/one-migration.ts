import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unitsOf, type Migration } from '../src/domain/plan.ts';
import { migrationSource } from '../src/migration/source.ts';
import { postgresTarget } from '../src/target/postgres-target.ts';

/** What a migration's two files say. `version` is new for each application. */
export type Files = { readonly version: string; readonly up: string; readonly down: string };

/**
 * One migration with the engine and its defaults: lock, fence, markers, history and the second session that watches. The files are read
 * and judged now; what is answered applies them, and ends when the last unit is committed. Throws what keeps it from that.
 */
export async function oneMigration(url: string, files: Files): Promise<() => Promise<void>> {
  const target = postgresTarget({ name: 'bench', connectionString: url });
  const migration = await planned(files, async () => (await target.identity()).serverMajor);
  const runId = `bench-${files.version}`;
  return async () => {
    const answer = await target.lock({ runId, epoch: 1 });
    if (!answer.ok) throw new Error(`The target is locked by ${answer.holder}.`);
    try {
      const units = unitsOf({ migrations: [migration] });
      for (const unit of units) {
        const outcome = await target.apply({
          runId,
          epoch: 1,
          migration,
          unit,
          last: unit === units.at(-1),
          gate: () => Promise.resolve(null),
          signal: new AbortController().signal,
          onBackend: () => Promise.resolve(true),
          onProgress: () => undefined,
        });
        if (outcome.result !== 'applied') throw new Error(JSON.stringify(outcome));
      }
    } finally {
      await answer.lock.release();
      await target.close();
    }
  };
}

/** The change as the program reads it from files. */
async function planned({ version, up, down }: Files, serverMajor: () => Promise<number>): Promise<Migration> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
  try {
    await writeFile(join(directory, `${version}_change.up.sql`), up);
    await writeFile(join(directory, `${version}_change.down.sql`), down);
    const read = await migrationSource({ directory, serverMajor }).read();
    const migration = read.ok ? read.migrations[0] : undefined;
    if (migration === undefined) throw new Error(JSON.stringify(read));
    return migration;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
