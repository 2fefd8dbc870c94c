import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startPostgres } from '../playground/postgres/server.ts';
import { VITALS } from '../src/sources/vitals-query.ts';
import { crowd } from './monitor/crowd.ts';
import { RUNBOOK, SEPARATE } from './monitor/queries.ts';
import { median } from './table.ts';

/**
 * `npm run bench:monitor`: what watching costs the watched. A server with many sessions, of which some wait behind a change that waits
 * behind a report, is asked once a second's worth of questions, again and again, on one session; measured is the processor time of that
 * session's backend (/proc/PID/schedstat, as /proc/PID/stat counts in hundredths of a second), as a share of one core at one round a second.
 */
const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '200' },
    waiters: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '300' },
  },
});
const connections = Number(options.connections);
const waiters = Number(options.waiters);
const rounds = Number(options.rounds);
const TRIALS = 5;
const GOAL = 0.15;

if (!(connections > 0) || !(waiters >= 0) || !(rounds > 0) || waiters >= connections) {
  console.error('Usage: npm run bench:monitor -- [--connections N] [--waiters N] [--rounds N]');
  process.exit(3);
}

type Way = { readonly name: string; readonly queries: readonly { readonly text: string; readonly values?: readonly unknown[] }[] };
const WAYS: readonly Way[] = [
  { name: "the runbook's three queries (corrected to parse)", queries: RUNBOOK },
  { name: 'three statements of ours, one for each reading', queries: SEPARATE },
  { name: "Offpeak's one statement", queries: [{ text: VITALS, values: [30] }] },
];

/** Milliseconds on a processor since the process began. */
function cpuMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** Milliseconds of processor time for one round of these queries, prepared, on a session of their own. */
async function costOf(url: string, { queries }: Way): Promise<number> {
  const client = new Client({ connectionString: url, application_name: 'offpeak:monitor' });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = rows[0]?.pid ?? 0;
  const round = async () => {
    for (const [index, { text, values = [] }] of queries.entries()) await client.query({ name: `q${index}`, text, values: [...values] });
  };
  // Caches, and the five plans PostgreSQL makes before it keeps a general one.
  for (let warm = 0; warm < 20; warm += 1) await round();
  const before = cpuMs(pid);
  for (let turn = 0; turn < rounds; turn += 1) await round();
  const spent = cpuMs(pid) - before;
  await client.end();
  return spent / rounds;
}

const server = await startPostgres({ settings: { max_connections: String(connections + 60) } });
try {
  const gone = await crowd(server.superuserUrl, { connections, waiters });
  const costs = new Map<Way, number[]>(WAYS.map((way) => [way, []]));
  for (let trial = 0; trial < TRIALS; trial += 1) for (const [way, all] of costs) all.push(await costOf(server.superuserUrl, way));
  await gone();
  const ours = median([...costs.values()].at(-1) ?? []);
  console.log(`PostgreSQL ${server.binaries.major}, ${connections} sessions, ${waiters} of them waiting for a lock, one round a second,`);
  console.log(`processor time of the asking session's backend, medians of ${TRIALS} × ${rounds} rounds (min–max)\n`);
  console.log(`${''.padEnd(52)}${'a round'.padStart(20)}${'of one core'.padStart(14)}${'of ours'.padStart(10)}`);
  for (const [way, all] of costs) {
    const range = `${median(all).toFixed(2)} ms (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)})`;
    console.log(
      `${way.name.padEnd(52)}${range.padStart(20)}${`${(median(all) / 10).toFixed(3)} %`.padStart(14)}${`${(median(all) / ours).toFixed(1)} ×`.padStart(10)}`,
    );
  }
  console.log(`\nGoal: Offpeak's monitor ≤ ${GOAL} % of one core: ${ours / 10 <= GOAL ? 'met' : 'not met'} (${(ours / 10).toFixed(3)} %).`);
} finally {
  await server.stop();
}
