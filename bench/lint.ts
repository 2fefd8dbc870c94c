import { appendFile, mkdtemp, rm } from 'node:fs/promises';
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
 * database; beside squawk's npm bin when SQUAWK names it or it is on the PATH. Cold: with --no-cache, everything is parsed and judged.
 * First: the same, and it is written to an empty cache. Unchanged: once more. Edited: one file is another than at the time before.
 * Then the same files in one process, cold and unchanged. FILES and ROUNDS change the numbers.
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

const ROWS = {
  textCold: 'offpeak lint --json, cold (--no-cache)',
  textUnchanged: 'offpeak lint --json, unchanged',
  liveCold: 'offpeak lint --json --database, cold (--no-cache)',
  liveFirst: 'offpeak lint --json --database, first (fills the cache)',
  liveUnchanged: 'offpeak lint --json --database, unchanged',
  liveLast: 'offpeak lint --json --database, last file edited',
  liveMiddle: 'offpeak lint --json --database, file in the middle edited',
  folderCold: 'a folder in one process, cold',
  folderUnchanged: 'the same folder again, unchanged',
};

type Round = { readonly squawk: number } & Readonly<Record<keyof typeof ROWS, number>>;

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
  const cache = join(directory, 'cache');
  const rounds: Round[] = [];
  let statements = 0;
  const lint = async (...options: readonly string[]): Promise<number> => {
    const { ms, lines } = await timed(process.execPath, [OFFPEAK, 'lint', '--json', ...options, ...paths], JUDGED, {
      XDG_CACHE_HOME: cache,
    });
    if (lines < FILES || (statements !== 0 && lines !== statements)) throw new Error(`${lines} verdicts on ${FILES} files.`);
    statements = lines;
    return ms;
  };
  const edit = async (at: number, round: number) => await appendFile(paths[at] ?? '', `-- Read again in round ${round}.\n`);
  for (let round = 0; round < ROUNDS; round += 1) {
    await rm(cache, { recursive: true, force: true });
    const by = squawk === null ? Number.NaN : (await timed(squawk, ['--reporter', 'gcc', ...paths], JUDGED)).ms;
    const textCold = await lint('--no-cache');
    await lint();
    const textUnchanged = await lint();
    await rm(cache, { recursive: true, force: true });
    const liveCold = await lint('--no-cache', '--database', database);
    const liveFirst = await lint('--database', database);
    const liveUnchanged = await lint('--database', database);
    await edit(FILES - 1, round);
    const liveLast = await lint('--database', database);
    await edit(Math.floor(FILES / 2), round);
    const liveMiddle = await lint('--database', database);
    const { cold: folderCold, unchanged: folderUnchanged } = await benchSource(join(directory, 'migrations'));
    rounds.push({
      squawk: by,
      textCold,
      textUnchanged,
      liveCold,
      liveFirst,
      liveUnchanged,
      liveLast,
      liveMiddle,
      folderCold,
      folderUnchanged,
    });
  }
  const of = (key: keyof Round) => rounds.map((round) => round[key]);
  const reference = squawk === null ? null : of('squawk');
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  console.log(
    `PostgreSQL ${server.binaries.major}, ${machine}; ${FILES} files, ${statements} statements, ${ROUNDS} rounds, medians (range)\n`,
  );
  if (reference === null) console.log('squawk is not on the PATH and SQUAWK does not name it: no reference.');
  else console.log(row(`squawk (${squawk?.endsWith('.js') === true ? 'js' : 'npm bin'})`, reference, reference));
  for (const [key, name] of Object.entries(ROWS)) console.log(row(name, of(key as keyof Round), reference));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
