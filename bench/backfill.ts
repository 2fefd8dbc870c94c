import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startPostgres } from '../playground/postgres/server.ts';
import { WAYS, type Way } from './backfill/ways.ts';
import { startApplication, type Journal } from './stall/application.ts';

/**
 * `npm run bench:backfill`: what an application notices while every row of its busiest table is filled, and how fast that goes. The
 * server writes to the disk as it would in production. Each round plays every way in turn on a table made anew.
 * `--rows 3000000` for a larger table, `--only naive,Offpeak` for the ways whose names begin so.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '400' },
    only: { type: 'string', default: '' },
  },
});
const rows = Number(options.rows);
const rounds = Number(options.rounds);
const perSecond = Number(options.rate);
const CONNECTIONS = 16;
const LEAD_MS = 1_000;
const NOBODY_MS = 10_000;
const WIDTHS = [10, 10, 22, 12, 14];
/** What scripts by hand reached elsewhere: an aim for the last two rows. */
const GOAL = { p99: 24, worst: 84, rate: 0.7 };

const TABLE = `
  DROP TABLE IF EXISTS leads;
  DROP TABLE IF EXISTS position;
  CREATE TABLE leads (id bigint PRIMARY KEY, email text NOT NULL, visits integer NOT NULL DEFAULT 0, domain text);
  CREATE TABLE position AS SELECT 0::bigint AS id;
  INSERT INTO leads SELECT n, 'lead' || n || '@example' || n % 100 || '.com' FROM generate_series(1, ${rows}) n;
  VACUUM (ANALYZE) leads;
  CHECKPOINT`;
const LEFT = 'SELECT count(*)::int AS left FROM leads WHERE domain IS NULL';

/** Milliseconds; `p50`, `p99` and `worst` are of transactions that were due while the rows were filled. */
type Trial = { readonly p50: number; readonly p99: number; readonly worst: number; readonly total: number };

async function ask<T extends object>(url: string, text: string): Promise<readonly T[]> {
  const client = new Client({ connectionString: url, application_name: 'setup' });
  await client.connect();
  try {
    let answer: readonly T[] = [];
    // One message each: VACUUM is refused in a string of several.
    for (const sql of text.split(';\n')) answer = (await client.query<T>(sql)).rows;
    return answer;
  } finally {
    await client.end();
  }
}

async function trial(url: string, way: Way, run: string): Promise<Trial> {
  await ask(url, TABLE);
  const fill = way.prepare === null ? null : await way.prepare(url, run);
  const application = await startApplication({ url, rows, perSecond, connections: CONNECTIONS });
  await pause(LEAD_MS);
  const begun = performance.now();
  await (fill === null ? pause(NOBODY_MS) : fill());
  const total = performance.now() - begun;
  await pause(LEAD_MS);
  const journal = await application.stop();
  const [left] = await ask<{ left: number }>(url, LEFT);
  if (fill !== null && left?.left !== 0) throw new Error(`${way.name} left ${left?.left} rows.`);
  return { ...during(journal, performance.timeOrigin + begun, total), total };
}

function during({ at, latency }: Journal, from: number, lasting: number): Omit<Trial, 'total'> {
  const waits = latency.filter((_, index) => {
    const moment = at[index] ?? 0;
    return moment >= from && moment <= from + lasting;
  });
  const sorted = waits.toSorted();
  const share = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { p50: share(0.5), p99: share(0.99), worst: sorted.at(-1) ?? Number.NaN };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const of = (key: keyof Trial, trials: readonly Trial[]) => median(trials.map((entry) => entry[key]));

function line({ name, prepare }: Way, trials: readonly Trial[], naive: readonly Trial[]): string {
  const worst = trials.map((entry) => entry.worst);
  const rate = prepare === null ? '' : (rows / (of('total', trials) / 1_000)).toFixed(0);
  const ratio = prepare === null || naive.length === 0 ? '' : `${(of('total', naive) / of('total', trials)).toFixed(2)} ×`;
  return row([
    name,
    `${of('p50', trials).toFixed(1)} ms`,
    `${of('p99', trials).toFixed(1)} ms`,
    `${of('worst', trials).toFixed(0)} ms (${Math.min(...worst).toFixed(0)}–${Math.max(...worst).toFixed(0)})`,
    rate,
    ratio,
  ]);
}

/** One line of the table: the first cell to the left, the others to the right. */
function row([name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(32)}${cells.map((cell, index) => cell.padStart(WIDTHS[index] ?? 0)).join('')}`;
}

if (![rows, rounds, perSecond].every((value) => value > 0)) {
  console.error('Usage: npm run bench:backfill -- [--rows N] [--rounds N] [--rate N] [--only NAME]');
  process.exit(3);
}
const server = await startPostgres({ settings: { shared_buffers: '256MB', fsync: 'on', full_page_writes: 'on' } });
try {
  const ways = WAYS.filter(({ name }) => options.only.split(',').some((only) => name.startsWith(only)));
  const trials = new Map<Way, Trial[]>(ways.map((way) => [way, []]));
  let number = 0;
  for (let round = 1; round <= rounds; round += 1)
    for (const [way, done] of trials) {
      number += 1;
      const measured = await trial(server.superuserUrl, way, String(number).padStart(4, '0'));
      done.push(measured);
      const { p99, worst, total } = measured;
      process.stderr.write(
        `round ${round}: ${way.name}: p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(0)} ms, ${(total / 1_000).toFixed(1)} s\n`,
      );
    }
  const [processor] = cpus();
  console.log(
    `PostgreSQL ${server.binaries.major} with fsync on ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${rows} rows, ` +
      `${perSecond} transactions a second on ${CONNECTIONS} connections, medians of ${rounds} (min–max)\n`,
  );
  console.log(row(['', 'p50', 'p99', 'worst stall', 'rows/s', 'rate/naive']));
  const naive = [...trials].find(([{ name }]) => name.startsWith('naive'))?.[1] ?? [];
  for (const [way, done] of trials) console.log(line(way, done, naive));
  for (const [{ name }, done] of [...trials].filter(([way]) => way.name.startsWith('Offpeak'))) {
    const ratio = of('total', naive) / of('total', done);
    const met = of('p99', done) <= GOAL.p99 && of('worst', done) <= GOAL.worst && !(ratio < GOAL.rate);
    console.log(`Goal of ${name}: p99 ≤ ${GOAL.p99} ms, worst ≤ ${GOAL.worst} ms, rate ≥ ${GOAL.rate} ×: ${met ? 'met' : 'not met'}.`);
  }
} finally {
  await server.stop();
}
