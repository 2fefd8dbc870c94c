import { Client, escapeIdentifier } from 'pg';
import { runPlainly } from '../../playground/plain-run.ts';
import type { PostgresServer } from '../../playground/postgres/server.ts';
import { fingerprintDiff } from '../../src/domain/fingerprint-diff.ts';
import type { FileProblem, Fingerprint } from '../../src/ports.ts';
import { downOf, upOf } from '../../src/target/backup/script.ts';
import { readFingerprint } from '../../src/target/fingerprint.ts';
import type { ReadDirectory } from '../../src/migration/source.ts';

/** What became of one migration, from the state that the earlier ups left. */
export type RoundTrip = {
  readonly version: string;
  readonly name: string;
  readonly up: 'ok' | 'error' | 'unreadable';
  readonly down: 'exact' | 'order' | 'differs' | 'fails' | 'missing' | '';
  readonly again: 'ok' | 'error' | 'differs' | '';
  readonly detail: string;
};

type Server = Pick<PostgresServer, 'url'>;

const CHAIN = 'corpus_chain';
const COPY = 'corpus_copy';

/**
 * Applies the changes one after the other to an empty database, and takes each back on a copy made right after its up: the units are
 * those a run would have, each file in a session of its own. An up that fails leaves the chain as it was, and the next is tried.
 */
export async function* roundTrips(server: Server, changes: ReadDirectory['changes'], before: string | null): AsyncGenerator<RoundTrip> {
  await recreate(server, CHAIN, 'template0');
  if (before !== null) await within(server, CHAIN, (client) => client.query(before));
  let state = await fingerprint(server, CHAIN);
  for (const { migration, problems } of changes) {
    const { version, name, up, down } = migration;
    const upProblem = problems.find(({ path }) => path === up.path && path !== down?.path);
    const unreadable = problems.map(({ message }) => message).join('\n');
    if (upProblem !== undefined) {
      yield { version, name, up: 'unreadable', down: '', again: '', detail: unreadable };
      continue;
    }
    const failure = await runPlainly(server.url(CHAIN), upOf(migration));
    if (failure !== null) {
      yield { version, name, up: 'error', down: '', again: '', detail: failure };
      continue;
    }
    const after = await fingerprint(server, CHAIN);
    const back =
      down === null ? MISSING : unreadable === '' ? await takeBack(server, { state, after, migration }) : unread(problems, state, after);
    yield { version, name, up: 'ok', ...back };
    state = after;
  }
}

type Back = Pick<RoundTrip, 'down' | 'again' | 'detail'>;
const MISSING: Back = { down: 'missing', again: '', detail: '' };

/** psql answers 0 to a file that never ends its transaction, and nothing of it is applied. */
function unread(problems: readonly FileProblem[], before: Fingerprint, after: Fingerprint): Back {
  const nothing = problems.every(({ appliesNothing }) => appliesNothing === true);
  const down = nothing && before.hash !== after.hash ? 'differs' : 'fails';
  return { down, again: '', detail: problems.map(({ message }) => message).join('\n') };
}

type Trip = { readonly state: Fingerprint; readonly after: Fingerprint; readonly migration: ReadDirectory['changes'][number]['migration'] };

async function takeBack(server: Server, { state, after, migration }: Trip): Promise<Back> {
  await recreate(server, COPY, CHAIN);
  const failure = await runPlainly(server.url(COPY), downOf(migration));
  if (failure !== null) return { down: 'fails', again: '', detail: failure };
  const left = await fingerprint(server, COPY);
  const detail = fingerprintDiff(state, left).join('; ');
  const down = left.hash === state.hash ? 'exact' : onlyOrder(state, left) ? 'order' : 'differs';
  const second = await runPlainly(server.url(COPY), upOf(migration));
  if (second !== null) return { down, again: 'error', detail: [detail, second].filter((part) => part !== '').join('; ') };
  const again = (await fingerprint(server, COPY)).hash === after.hash ? 'ok' : 'differs';
  return { down, again, detail };
}

/** Whether columns that came back stand elsewhere, and nothing else differs. */
function onlyOrder(a: Fingerprint, b: Fingerprint): boolean {
  const [left, right] = [new Set(a.lines), new Set(b.lines)];
  const differing = [...a.lines.filter((line) => !right.has(line)), ...b.lines.filter((line) => !left.has(line))];
  return differing.every((line) => line.startsWith('column order '));
}

async function fingerprint(server: Server, database: string): Promise<Fingerprint> {
  return await within(server, database, readFingerprint);
}

async function within<T>(server: Server, database: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function recreate(server: Server, name: string, template: string): Promise<void> {
  await within(server, 'postgres', async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`);
  });
}
