import 'temporal-polyfill/global';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../playground/postgres/server.ts';
import { measureOffpeak, type Measured } from './apply/by-offpeak.ts';
import { applyByPsql, freshDatabase, statusByPsql } from './apply/by-psql.ts';
import { benchFiles, writeBenchFiles } from './apply/files.ts';
import { row } from './table.ts';

/**
 * `npm run bench:apply`: 1,000 migrations applied with the full journal, beside one psql with a history table: one file, one
 * transaction, one history row, ON_ERROR_STOP, one session. Then the status with nothing pending. Same server, fsync on, rounds alternate.
 * MIGRATIONS and ROUNDS change the numbers. In psql's favour: its one row is all it writes, its server has no second database to write
 * into beside it, and nobody asks it before a statement. In ours: psql waits four times for each migration, we as a rule once.
 */
const MIGRATIONS = Number(process.env['MIGRATIONS'] ?? 1_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);

const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
// Durable, as in production: the playground's own server would not wait for its disk.
const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } });
try {
  const paths = await writeBenchFiles(join(directory, 'migrations'), benchFiles(MIGRATIONS));
  const rounds: (Measured & { readonly psqlMs: number; readonly psqlStatusMs: number })[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const plain = await freshDatabase(server, 'plain');
    const psqlMs = await applyByPsql(plain, paths);
    const psqlStatusMs = await statusByPsql(plain, paths);
    const scratch = server.superuserUrl.replace('/postgres', '/scratch').replace('5432', '5433');
    const databases = { ledger: await freshDatabase(server, 'ledger'), target: await freshDatabase(server, 'target'), scratch };
    rounds.push({ psqlMs, psqlStatusMs, ...(await measureOffpeak(databases, directory)) });
  }
  const of = (key: keyof (typeof rounds)[number]) => rounds.map((round) => round[key]);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  console.log(`PostgreSQL ${server.binaries.major}, ${machine}; ${MIGRATIONS} migrations, ${ROUNDS} rounds, medians (range)\n`);
  console.log(row('psql with a history table', of('psqlMs'), of('psqlMs')));
  console.log(row('Offpeak: apply with the full journal', of('applyMs'), of('psqlMs')));
  console.log(row('Offpeak: read, parse, judge, record the plan', of('planMs'), null));
  console.log();
  console.log(row('status with nothing pending: psql, a process', of('psqlStatusMs'), of('psqlStatusMs')));
  console.log(row('status with nothing pending: Offpeak, in its process', of('statusMs'), of('psqlStatusMs')));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
