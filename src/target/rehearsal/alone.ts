import type { Client } from 'pg';
import { fingerprintDiff } from '../../domain/fingerprint-diff.ts';
import type { Migration, Script } from '../../domain/plan.ts';
import type { RoundTrip, RoundTripError } from '../../domain/round-trip.ts';
import type { FileProblem, Fingerprint } from '../../ports.ts';
import { connected } from '../backup/connection.ts';
import { rowsNotBack, recount, writtenBy, type Contents } from '../backup/contents.ts';
import { downOf, runScript, upOf, type RunScript, type ScriptError, type ScriptRun } from '../backup/script.ts';
import type { Watch } from '../backup/trace.ts';
import { readFingerprint } from '../fingerprint.ts';
import { comparedWithVerdicts } from './statements.ts';
import { strongestLocks } from './strongest.ts';
import type { Throwaway } from './throwaway.ts';
import { dropsRole, reachesServer, type Barred } from './whole-server.ts';
import { comesBackAs, downFailed, secondUp, withoutDown } from './way-back.ts';

/** A migration with what is wrong with its files. */
export type Rehearsable = { readonly migration: Migration; readonly problems: readonly FileProblem[] };

type Options = {
  readonly signal: AbortSignal;
  readonly before: string | null;
  /** The migration of that place with verdicts for the schema that is there now. */
  readonly judged?: (index: number) => Promise<Migration | undefined>;
};

/** The schema and the rows at one moment. */
type State = { readonly fingerprint: Fingerprint; readonly contents: Contents };

/**
 * Every migration up in order, each from the state that the ups before it left, and back and up again on a copy made right after
 * it: so each has a verdict of its own, however the others fare. An up that fails leaves what it committed, and the next is tried.
 * The SQL in `before` is executed first: what the migrations' own tool makes.
 */
export async function* roundTrips(
  database: Throwaway,
  changes: readonly Rehearsable[],
  { signal, before: prepare, judged }: Options,
): AsyncGenerator<RoundTrip> {
  let before = await on(database.url, async ({ sampler }) => {
    if (prepare !== null) await sampler.query(prepare);
    return await stateOf(sampler, new Map(), []);
  });
  const applied: Migration[] = [];
  const renew = async () => {
    await database.restart();
    if (prepare !== null) await on(database.url, ({ sampler }) => sampler.query(prepare));
    for (const migration of applied) await inSession(database.url, null, upOf(migration));
  };
  for (const [index, { migration: read, problems }] of changes.entries()) {
    signal.throwIfAborted();
    const migration = (await judged?.(index)) ?? read;
    const { up, down, unreadable } = sorted(migration, problems);
    const none = { ...NOTHING, version: migration.version, name: migration.name };
    const barred = reachesServer(migration.statements, database.roles);
    if (up.length > 0 || barred !== null) {
      yield { ...none, error: barred === null ? told(up) : toldBarred(barred, migration.up) };
      continue;
    }
    const state = before;
    const { run, after } = await on(database.url, async (watch) => {
      const run = await inSession(database.url, watch, upOf(migration));
      return { run, after: await stateOf(watch.sampler, state.contents, writtenBy(run.traces)) };
    });
    before = after;
    applied.push(migration);
    const done = {
      ...none,
      ms: Math.ceil(run.ms),
      locks: strongestLocks(run.traces),
      differences: comparedWithVerdicts(migration, run.traces),
    };
    if (run.error !== null) {
      yield { ...done, error: errorOf(run.error, migration.up) };
      continue;
    }
    const back = unreadable
      ? { ...unread(down, state, after), error: told(down) }
      : await wayBack(database, { migration, before: state, after, up: run }, renew);
    yield { ...done, up: 'ok', ...back };
  }
}

const NOTHING: Omit<RoundTrip, 'version' | 'name'> = {
  up: 'error',
  down: null,
  upAgain: null,
  ms: 0,
  locks: [],
  diff: [],
  lost: [],
  error: null,
  differences: [],
};

/** A down that cannot be run as it is. One that never ends its transaction runs well elsewhere and takes nothing back: it differs. */
function unread(problems: readonly FileProblem[], before: State, after: State): Back {
  const diff = problems.every(({ appliesNothing }) => appliesNothing === true)
    ? fingerprintDiff(before.fingerprint, after.fingerprint)
    : [];
  return diff.length === 0 ? { down: 'fails' } : { down: 'differs', diff };
}

type Trip = { readonly migration: Migration; readonly before: State; readonly after: State; readonly up: ScriptRun };
type Back = Partial<RoundTrip> & Pick<RoundTrip, 'down'>;

/** `renew` makes the chain afresh, for a down that had to be tried in the chain itself and did not leave it as it was. */
async function wayBack(database: Throwaway, trip: Trip, renew: () => Promise<void>): Promise<Back> {
  const { down, downStatements } = trip.migration;
  const none = withoutDown(trip.migration);
  if (none?.down === 'irreversible') return { down: none.down, diff: fingerprintDiff(trip.before.fingerprint, trip.after.fingerprint) };
  if (none !== null) return { down: 'missing' };
  const barred = reachesServer(downStatements, database.roles);
  if (barred !== null) return { down: 'fails', error: toldBarred(barred, down ?? trip.migration.up) };
  if (dropsRole(downStatements)) {
    const back = await on(database.url, (watch) => thereAndBack(database.url, watch, trip));
    const asBefore = back.down === 'exact' && back.upAgain === 'ok' && back.diff?.length === 0 && back.lost?.length === 0;
    if (!asBefore) await renew();
    return back;
  }
  return await database.onCopy((url) => on(url, (watch) => thereAndBack(url, watch, trip)));
}

async function thereAndBack(url: string, watch: Watch, { migration, before, after, up }: Trip): Promise<Back> {
  const down = await inSession(url, watch, downOf(migration));
  if (down.error !== null) {
    const verdict = downFailed(down.error).down;
    return { down: verdict === 'irreversible' ? verdict : 'fails', error: errorOf(down.error, migration.down ?? migration.up) };
  }
  const now = await stateOf(watch.sampler, before.contents, [...writtenBy(up.traces), ...writtenBy(down.traces)]);
  const differences = fingerprintDiff(before.fingerprint, now.fingerprint);
  const lost = rowsNotBack(before.contents, now.contents);
  const verdict = comesBackAs(differences, lost).down === 'exact' ? 'exact' : 'differs';
  const back = { down: verdict, diff: differences, lost } as const;
  const again = await inSession(url, null, upOf(migration));
  if (again.error !== null) return { ...back, upAgain: 'error', error: errorOf(again.error, migration.up) };
  // From another schema than the first time a second up may well make another one: that is the down's fault.
  const other = verdict === 'exact' ? fingerprintDiff(after.fingerprint, await readFingerprint(watch.sampler)) : [];
  const { upAgain } = secondUp('', other);
  return { ...back, upAgain: upAgain === 'ok' ? 'ok' : 'error', diff: upAgain === 'ok' ? differences : [...differences, ...other] };
}

/** Two sessions that look on, ended before the database is copied. */
async function on<T>(url: string, work: (watch: Watch) => Promise<T>): Promise<T> {
  const [sampler, blocker] = await Promise.all([connected(url, 'offpeak:rehearsal'), connected(url, 'offpeak:rehearsal')]);
  try {
    return await work({ sampler, blocker });
  } finally {
    await Promise.allSettled([sampler.end(), blocker.end()]);
  }
}

/** A session of its own, so that no file leaves settings to the next. */
async function inSession(url: string, watch: Watch | null, script: RunScript): Promise<ScriptRun> {
  const client = await connected(url, 'offpeak:rehearsal');
  try {
    return await runScript(client, watch, script);
  } finally {
    await client.end().catch(() => {});
  }
}

async function stateOf(sampler: Client, contents: Contents, written: readonly string[]): Promise<State> {
  return { fingerprint: await readFingerprint(sampler), contents: await recount(sampler, contents, written) };
}

function toldBarred({ sentence, line }: Barred, { path }: Script): RoundTripError {
  const message = `${path} line ${line}: ${sentence}`;
  return { sqlstate: null, file: path, message, line, told: message };
}

/** Which file the problems are about. Where up and down share one, the up is unreadable when nothing of it was read. */
function sorted({ up, down, statements }: Migration, problems: readonly FileProblem[]) {
  const shared = up.path === down?.path;
  const ofUp = problems.filter(({ path }) => path === up.path && (!shared || statements.length === 0));
  const ofDown = problems.filter(({ path }) => path === down?.path);
  return { up: ofUp, down: ofDown, unreadable: ofUp.length === 0 && ofDown.length > 0 };
}

function told(problems: readonly FileProblem[]): RoundTripError {
  const message = problems.map((problem) => problem.message).join('\n');
  return { sqlstate: null, file: problems[0]?.path ?? null, message, line: problems[0]?.line ?? null, told: message };
}

function errorOf({ code, message, sentence, line }: ScriptError, { path }: Script): RoundTripError {
  return { sqlstate: code === '' ? null : code, file: path, message: sentence, line, told: message };
}
