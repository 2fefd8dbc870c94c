import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startPostgres } from '../playground/postgres/server.ts';
import { WAYS } from './backup/ways.ts';
import { median, row } from './table.ts';

/**
 * `npm run bench:backup`: how long a dump of four tables takes, in one plain COPY session, as the runbook pipes it, by pg_dump alone, and
 * by Offpeak, which counts and sums every table in the same snapshot meanwhile, waits for the disk, and hashes what it wrote.
 * Each round plays every way in turn. `--rows 2000000` for larger tables, `--rounds 7` for more of them.
 */
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const rows = Number(options.rows);
const rounds = Number(options.rounds);
if (!(rows > 0 && rounds > 0)) {
  console.error('Usage: npm run bench:backup -- [--rows N] [--rounds N]');
  process.exit(3);
}

const TABLES = ['leads', 'visits', 'mails', 'notes'];
const server = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
try {
  const { tools } = server.binaries;
  if (tools === null) throw new Error('This needs pg_dump, pg_restore and psql.');
  const client = new Client({ connectionString: server.superuserUrl });
  await client.connect();
  for (const table of TABLES) {
    await client.query(
      `CREATE TABLE ${table} AS SELECT n AS id, 'lead' || n || '@example' || n % 1000 || '.com' AS email, md5(n::text) AS token,
         now() - n * interval '1 second' AS at, n % 97 AS kind FROM generate_series(1, ${Math.ceil(rows / TABLES.length)}) n`,
    );
    await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (id)`);
  }
  await client.query('VACUUM ANALYZE');
  const { rows: sizes } = await client.query<{ bytes: string }>(
    'SELECT sum(pg_table_size(oid)) AS bytes FROM pg_class WHERE relname = ANY ($1)',
    [TABLES],
  );
  await client.end();

  const place = { url: server.superuserUrl, tools, directory, tables: TABLES };
  const times = new Map<string, number[]>(WAYS.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const { name, take } of WAYS) {
      const started = performance.now();
      await take(place, round);
      // The first round warms the caches.
      if (round > 0) times.get(name)?.push(performance.now() - started);
      for (const file of await readdir(directory)) await rm(join(directory, file), { recursive: true });
    }

  const [processor] = cpus();
  console.log(
    `PostgreSQL ${server.binaries.major} on ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${rows} rows, ` +
      `${(Number(sizes[0]?.bytes) / 1e6).toFixed(0)} MB in ${TABLES.length} tables, medians of ${rounds} (min–max)\n`,
  );
  const reference = times.get(WAYS[0]?.name ?? '') ?? [];
  for (const [name, ms] of times) console.log(row(name, ms, reference));
  const runbook = median(times.get('pg_dump | gzip') ?? []);
  const ours = median(times.get('Offpeak, directory, 2 jobs, gzip:1') ?? []);
  console.log(`\nThe runbook's way takes ${(runbook / ours).toFixed(2)} times as long as Offpeak with a directory.`);
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
