import 'temporal-polyfill/global';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FORMATS, formatNamed } from '../src/domain/formats.ts';
import { ACME_LOAD } from './acme/load.ts';
import { NEWCOMER, PEOPLE } from './people.ts';
import type { Theirs } from './theirs.ts';
import { startWorld, type World } from './world.ts';

const DOTENV = new URL('../.env', import.meta.url);
const MARK = '# Written by npm run demo; gone when it stops.';

const { values } = parseArgs({
  options: {
    headless: { type: 'boolean', default: false },
    port: { type: 'string', default: '4800' },
    verbose: { type: 'boolean', default: false },
    migrations: { type: 'string' },
    format: { type: 'string', default: 'native' },
    pending: { type: 'string', default: '3' },
  },
});

/** Somebody else's migrations: `--migrations DIR --format FORMAT`, the newest `--pending` of them left to be planned. Null without. */
function theirsOf({ migrations, format, pending }: { migrations?: string | undefined; format: string; pending: string }): Theirs | null {
  if (migrations === undefined) return null;
  const name = formatNamed(format);
  if (name !== null && /^\d{1,4}$/.test(pending)) return { directory: resolve(migrations), format: name, pending: Number(pending) };
  console.error(`Write --migrations DIR --format FORMAT [--pending 3]. FORMAT is one of: ${FORMATS.join(', ')}.`);
  process.exit(3);
}

/** Lets `npx offpeak status` in a second terminal find the demo; a .env of your own is left alone. */
function writeEnvironment(env: Readonly<Record<string, string>>): () => void {
  if (existsSync(DOTENV) && !readFileSync(DOTENV, 'utf8').startsWith(MARK)) return () => undefined;
  const text = `${MARK}\n${Object.entries(env)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join('\n')}\n`;
  writeFileSync(DOTENV, text, { mode: 0o600 });
  return () => {
    // Another demo may have written its own since.
    if (existsSync(DOTENV) && readFileSync(DOTENV, 'utf8') === text) rmSync(DOTENV);
  };
}

function announce(world: World): void {
  if (values.headless) {
    const { production, staging, ledger } = world.places;
    console.log(JSON.stringify({ slack: world.slack.url, app: world.app, database: production, staging, ledger, pids: world.pids() }));
    return;
  }
  const you = PEOPLE.find((person) => person.name === NEWCOMER);
  console.log(`Open    ${world.slack.url}`);
  console.log(`You are ${you?.real_name} (@${you?.name}: ${you?.roles.join(', ')}); the switch at the top right makes you somebody else`);
  if (world.places.tools === null)
    console.log('Missing pg_dump and pg_restore: every plan will be refused. On Debian: apt-get install postgresql-client');
  console.log('Type    /migrate plan   in #deployments. Ctrl-C ends everything.');
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
// A signal to npm ends the shell between npm and us, and tells us nothing: then our parent is another.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stopping.abort(), 500).unref();

const log = (line: string) => void (values.verbose && process.stderr.write(`${line}\n`));
const theirs = theirsOf(values);
const world = await startWorld({ port: Number(values.port), log, ...(theirs === null ? { twin: { load: ACME_LOAD } } : { theirs }) }).catch(
  (error: unknown) => {
    console.error(`The demo could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
const forget = writeEnvironment(world.env);
announce(world);
if (!stopping.signal.aborted) {
  await new Promise((resolve) => {
    stopping.signal.addEventListener('abort', resolve, { once: true });
  });
}
forget();
await world.stop();
process.exit(0);
