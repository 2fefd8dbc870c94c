import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { unitsOf, type Migration } from '../../src/domain/plan.ts';
import { migrationSource } from '../../src/migration/source.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';

/** Fills the rows; answers when the last of them is committed. */
export type Fill = () => Promise<void>;

/** How the rows are filled. What is done long before (a plan is read, a connection string is known) is done by `prepare`. */
export type Way = { readonly name: string; readonly prepare: ((url: string, run: string) => Promise<Fill>) | null };

const FILL = "UPDATE leads SET domain = lower(split_part(email, '@', 2)) WHERE domain IS NULL";
const BATCH_MS = 25;

export const WAYS: readonly Way[] = [
  { name: 'nobody fills', prepare: null },
  { name: 'naive: one UPDATE', prepare: async (url) => () => onConnection(url, 'naive', (client) => client.query(FILL)) },
  { name: `by hand: key ranges of ${BATCH_MS} ms`, prepare: async (url) => () => onConnection(url, 'by hand', byHand) },
  { name: 'Offpeak', prepare: (url, run) => offpeak(url, run, '') },
  { name: 'Offpeak, workers=2', prepare: (url, run) => offpeak(url, run, ' workers=2') },
];

/** What a careful engineer writes in an evening: ranges of the key, a width that follows the clock, and a look at the locks now and then. */
async function byHand(client: Client): Promise<void> {
  const { rows } = await client.query<{ last: string }>('SELECT max(id) AS last FROM leads');
  const last = Number(rows[0]?.last ?? 0);
  let width = 200;
  let looked = 0;
  for (let from = 0; from < last;) {
    if (performance.now() - looked > 250) {
      while (!(await isHealthy(client))) await pause(250);
      looked = performance.now();
    }
    const to = Math.min(last, from + width);
    const begun = performance.now();
    await client.query('BEGIN');
    await client.query(`${FILL} AND id > $1 AND id <= $2`, [from, to]);
    await client.query('UPDATE position SET id = $1', [to]);
    await client.query('COMMIT');
    const factor = BATCH_MS / (performance.now() - begun);
    width = Math.max(10, Math.round(width * Math.min(2, Math.max(0.5, factor))));
    from = to;
  }
}

async function isHealthy(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ waiting: number }>(
    "SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted AND waitstart < clock_timestamp() - interval '100 ms'",
  );
  return (rows[0]?.waiting ?? 0) === 0;
}

/** The engine with its defaults: lock, fence, markers, history, signals and the second session that watches. */
async function offpeak(url: string, run: string, option: string): Promise<Fill> {
  const target = postgresTarget({ name: 'bench', connectionString: url });
  const text = `-- offpeak: backfill table=leads key=id${option}\n${FILL};\n`;
  const migration = await planned(text, run, async () => (await target.identity()).serverMajor);
  const [unit] = unitsOf({ migrations: [migration] });
  if (unit === undefined) throw new Error('no unit');
  const runId = `bench-${run}`;
  return async () => {
    const answer = await target.lock({ runId, epoch: 1 });
    if (!answer.ok) throw new Error(`The target is locked by ${answer.holder}.`);
    try {
      const outcome = await target.apply({
        runId,
        epoch: 1,
        migration,
        unit,
        last: true,
        gate: () => Promise.resolve(null),
        signal: new AbortController().signal,
        onBackend: () => Promise.resolve(true),
        onProgress: () => undefined,
      });
      if (outcome.result !== 'applied') throw new Error(JSON.stringify(outcome));
    } finally {
      await answer.lock.release();
      await target.close();
    }
  };
}

/** The fill as the program reads it from a file. */
async function planned(text: string, version: string, serverMajor: () => Promise<number>): Promise<Migration> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
  try {
    await writeFile(join(directory, `${version}_fill.up.sql`), text);
    await writeFile(join(directory, `${version}_fill.down.sql`), 'UPDATE leads SET domain = NULL WHERE domain IS NOT NULL;\n');
    const read = await migrationSource({ directory, serverMajor }).read();
    const migration = read.ok ? read.migrations[0] : undefined;
    if (migration === undefined) throw new Error(JSON.stringify(read));
    return migration;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function onConnection(url: string, name: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: name });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
