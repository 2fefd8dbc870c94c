import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startPostgres } from '../playground/postgres/server.ts';
import { startApplication, type Journal } from './stall/application.ts';
import { startReaders, startReport } from './stall/readers.ts';
import { WAYS, type Change, type Way } from './stall/ways.ts';

/**
 * `npm run bench:stall`: how long an application waits while one change reaches its busiest table and a long report reads it.
 * Each round plays every way in turn: the application runs, the report begins, a second later the change is sent; measured from
 * there until a second after it is committed. `--rows 5000000` for a large table, `--change index` for an index instead of a column,
 * `--readers 3` for sessions besides whose transactions of 0.3 s never leave the table alone for long.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    report: { type: 'string', default: '10' },
    rate: { type: 'string', default: '400' },
    change: { type: 'string', default: 'column' },
    readers: { type: 'string', default: '0' },
  },
});
const rows = Number(options.rows);
const rounds = Number(options.rounds);
const reportSeconds = Number(options.report);
const perSecond = Number(options.rate);
const readers = Number(options.readers);
const CONNECTIONS = 16;
const LEAD_MS = 1_000;
const GOAL_MS = 100;
const WIDTHS = [24, 12, 9, 13, 13];

const TABLE = `
  CREATE TABLE leads (id bigint PRIMARY KEY, email text NOT NULL, visits integer NOT NULL DEFAULT 0);
  INSERT INTO leads SELECT n, 'lead' || n || '@example.com' FROM generate_series(1, ${rows}) n;
  VACUUM (ANALYZE) leads`;

const CHANGES: Readonly<Record<string, (n: number) => Omit<Change, 'version'>>> = {
  column: (n) => {
    const sql = `ALTER TABLE leads ADD COLUMN domain${n} text`;
    return { careless: sql, careful: sql, undo: `ALTER TABLE leads DROP COLUMN domain${n}` };
  },
  index: (n) => ({
    careless: `CREATE INDEX leads_email_${n} ON leads (email)`,
    careful: `CREATE INDEX CONCURRENTLY leads_email_${n} ON leads (email)`,
    undo: `DROP INDEX CONCURRENTLY leads_email_${n}`,
  }),
};

/** Milliseconds. `p99` and `longest` are of transactions that were due while the change was under way. */
type Trial = { readonly longest: number; readonly p99: number; readonly total: number };

async function statements(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'setup' });
  await client.connect();
  // One message each: VACUUM is refused in a string of several.
  for (const sql of text.split(';\n')) await client.query(sql);
  await client.end();
}

async function trial(url: string, way: Way, change: Change): Promise<Trial> {
  const application = await startApplication({ url, rows, perSecond, connections: CONNECTIONS });
  const quiet = await startReaders(url, readers);
  await pause(LEAD_MS);
  const ended = await startReport(url, reportSeconds);
  await pause(LEAD_MS);
  const begun = performance.now();
  await (way.apply === null ? ended() : way.apply(url, change));
  const total = performance.now() - begun;
  await ended();
  await pause(LEAD_MS);
  await quiet();
  const journal = await application.stop();
  return { ...during(journal, performance.timeOrigin + begun, total), total };
}

function during({ at, latency }: Journal, from: number, lasting: number): Omit<Trial, 'total'> {
  const waits = latency.filter((_, index) => {
    const moment = at[index] ?? 0;
    return moment >= from && moment <= from + lasting + LEAD_MS;
  });
  const sorted = waits.toSorted();
  return { longest: sorted.at(-1) ?? Number.NaN, p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function line(name: string, trials: readonly Trial[], ours: readonly Trial[]): string {
  const of = (key: keyof Trial, from: readonly Trial[]) => median(from.map((entry) => entry[key]));
  const longest = trials.map((entry) => entry.longest);
  return row([
    name,
    `${of('longest', trials).toFixed(0)} ms (${Math.min(...longest).toFixed(0)}–${Math.max(...longest).toFixed(0)})`,
    `${of('p99', trials).toFixed(1)} ms`,
    `${(of('total', trials) / 1_000).toFixed(1)} s`,
    `${(of('longest', trials) / of('longest', ours)).toFixed(1)} ×`,
    `${(of('total', trials) / of('total', ours)).toFixed(2)} ×`,
  ]);
}

/** One line of the table: the first cell to the left, the others to the right. */
function row([name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(33)}${cells.map((cell, index) => cell.padStart(WIDTHS[index] ?? 0)).join('')}`;
}

const make = CHANGES[options.change];
if (make === undefined || ![rows, rounds, reportSeconds, perSecond].every((value) => value > 0) || !(readers >= 0)) {
  console.error(
    'Usage: npm run bench:stall -- [--rows N] [--rounds N] [--report SECONDS] [--rate N] [--change column|index] [--readers N]',
  );
  process.exit(3);
}
const server = await startPostgres({ settings: { shared_buffers: '256MB' } });
try {
  const url = server.superuserUrl;
  await statements(url, TABLE);
  const trials = new Map<Way, Trial[]>(WAYS.map((way) => [way, []]));
  let number = 0;
  for (let round = 0; round < rounds; round += 1)
    for (const [way, done] of trials) {
      number += 1;
      const measured = await trial(url, way, { version: String(number).padStart(4, '0'), ...make(number) });
      done.push(measured);
      process.stderr.write(`round ${round + 1}: ${way.name}: ${measured.longest.toFixed(0)} ms\n`);
    }
  const ours = [...trials.values()].at(-1) ?? [];
  console.log(
    `PostgreSQL ${server.binaries.major}, ${rows} rows, ${perSecond} transactions a second on ${CONNECTIONS} connections, a report of ${reportSeconds} s, ${readers} readers, ` +
      `change: ${options.change}, medians of ${rounds} (min–max)\n`,
  );
  console.log(row(['', 'longest stall', 'p99', 'total', 'stall/ours', 'total/ours']));
  for (const [way, done] of trials) console.log(line(way.name, done, ours));
  const longest = (done: readonly Trial[]) => median(done.map((entry) => entry.longest));
  const noise = longest([...trials.values()][0] ?? []);
  const verdict = longest(ours) <= GOAL_MS ? 'met' : 'not met';
  console.log(
    `\nGoal: Offpeak's longest stall ≤ ${GOAL_MS} ms: ${verdict} (${longest(ours).toFixed(0)} ms; ${noise.toFixed(0)} ms on this machine with nobody migrating).`,
  );
} finally {
  await server.stop();
}
