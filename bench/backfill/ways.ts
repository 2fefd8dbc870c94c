import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { oneMigration } from '../one-migration.ts';

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

async function offpeak(url: string, run: string, option: string): Promise<Fill> {
  return await oneMigration(url, {
    version: run,
    up: `-- offpeak: backfill table=leads key=id${option}\n${FILL};\n`,
    down: 'UPDATE leads SET domain = NULL WHERE domain IS NOT NULL;\n',
  });
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
