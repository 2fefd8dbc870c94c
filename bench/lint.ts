import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { startPostgres } from '../playground/postgres/server.ts';
import { freshDatabase } from './apply/by-psql.ts';
import { LINT_SCHEMA, writeLintFiles } from './lint/files.ts';
import { timed } from './lint/run.ts';
import { row } from './table.ts';
import { benchSource } from './lint/source.ts';

/**
 * `npm run bench:lint`: 1,000 files linted by `offpeak lint --json`, start of the process included, without and with the catalog of a
 * database; beside squawk's npm bin when SQUAWK names it or it is on the PATH. Then the same files in one process, cold and unchanged.
 * FILES and ROUNDS change the numbers.
 */
const FILES = Number(process.env['FILES'] ?? 1_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 7);
const OFFPEAK = fileURLToPath(new URL('../src/bin/offpeak.js', import.meta.url));
/** 0: nothing found. 1: something found. */
const JUDGED = [0, 1];

function squawkBin(): string | null {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'squawk'));
  return process.env['SQUAWK'] ?? onPath.find((path) => existsSync(path)) ?? null;
}

type Round = { readonly squawk: number; readonly text: number; readonly live: number; readonly cold: number; readonly unchanged: number };

const directory = await mkdtemp(join(tmpdir(), 'offpeak-bench-'));
const squawk = squawkBin();
const server = await startPostgres();
try {
  const paths = await writeLintFiles(join(directory, 'migrations'), FILES);
  const database = await freshDatabase(server, 'linted');
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(LINT_SCHEMA);
  await client.end();
  const rounds: Round[] = [];
  let statements = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const by = squawk === null ? Number.NaN : (await timed(squawk, ['--reporter', 'gcc', ...paths], JUDGED)).ms;
    const text = await timed(process.execPath, [OFFPEAK, 'lint', '--json', ...paths], JUDGED);
    const live = await timed(process.execPath, [OFFPEAK, 'lint', '--json', '--database', database, ...paths], JUDGED);
    if (text.lines < FILES || live.lines !== text.lines) throw new Error(`${text.lines} and ${live.lines} verdicts on ${FILES} files.`);
    statements = live.lines;
    const { cold, unchanged } = await benchSource(join(directory, 'migrations'));
    rounds.push({ squawk: by, text: text.ms, live: live.ms, cold, unchanged });
  }
  const of = (key: keyof Round) => rounds.map((round) => round[key]);
  const reference = squawk === null ? null : of('squawk');
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  console.log(
    `PostgreSQL ${server.binaries.major}, ${machine}; ${FILES} files, ${statements} statements, ${ROUNDS} rounds, medians (range)\n`,
  );
  if (reference === null) console.log('squawk is not on the PATH and SQUAWK does not name it: no reference.');
  else console.log(row(`squawk (${squawk?.endsWith('.js') === true ? 'js' : 'npm bin'})`, reference, reference));
  console.log(row('offpeak lint --json', of('text'), reference));
  console.log(row('offpeak lint --json --database', of('live'), reference));
  console.log(row('a folder in one process, cold', of('cold'), reference));
  console.log(row('the same folder again, unchanged', of('unchanged'), reference));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
