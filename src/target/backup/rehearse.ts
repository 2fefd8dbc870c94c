import type { Client } from 'pg';
import { fingerprintDiff } from '../../domain/fingerprint-diff.ts';
import type { Migration, Plan } from '../../domain/plan.ts';
import type { RehearsedMigration, TracedStatement } from '../../domain/proof.ts';
import type { VerdictDifference } from '../../domain/verdict-difference.ts';
import type { Fingerprint } from '../../ports.ts';
import { readFingerprint } from '../fingerprint.ts';
import { comparedWithVerdicts, tracedStatements } from '../rehearsal/statements.ts';
import { comesBackAs, downFailed, joined, secondUp, withoutDown } from '../rehearsal/way-back.ts';
import { recount, rowsNotBack, writtenBy, type Contents } from './contents.ts';
import { downOf, runScript, upOf, type RunScript, type ScriptRun } from './script.ts';
import type { Watch } from './trace.ts';
import { failedValidations, type Validation } from './validate.ts';

export type Stage = {
  /** A fresh session like the one on the target, for one file. */
  readonly session: () => Promise<Client>;
  /** A superuser's sessions in the scratch database: fingerprints, counts, locks of others. */
  readonly watch: Watch;
  readonly plan: Pick<Plan, 'migrations' | 'appliedValidations'>;
  readonly contents: Contents;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string) => void;
};

export type RehearsedPlan = {
  readonly migrations: readonly RehearsedMigration[];
  readonly statements: readonly TracedStatement[];
  /** Bytes the database grew by in its ups; absent when one of them failed. */
  readonly grewBytes?: number;
  readonly validationFailures: readonly string[];
  readonly differences: readonly VerdictDifference[];
};

/** One migration while it is rehearsed. */
type Act = {
  readonly migration: Migration;
  readonly before: Fingerprint;
  readonly after: Fingerprint;
  readonly contents: Contents;
  readonly up: ScriptRun;
  verdict: RehearsedMigration;
};

/**
 * Rehearses the very set from the very state (R22–R24): all ups, validations, all downs in reverse order with the schema compared
 * to the one before that up, all ups again, validations. What it finds is in the answer; it throws only when `signal` says stop
 * or the scratch server goes away.
 */
export async function rehearse(stage: Stage): Promise<RehearsedPlan> {
  const { plan } = stage;
  const everything = [
    ...plan.appliedValidations,
    ...plan.migrations.map(({ version, validations }) => ({ version, statements: validations })),
  ];
  const failures = new Set<string>();
  const validate = async (validations: readonly Validation[], when: string) => {
    for (const failure of await inSession(stage, (client) => failedValidations(client, validations))) failures.add(failure + when);
  };
  await validate(plan.appliedValidations, ' before the first migration');

  const { acts, stuck, grewBytes } = await ups(stage);
  if (stuck === null) {
    await validate(everything, '');
    await downs(stage, acts);
    if (acts.every((act) => act.verdict.down === 'exact')) await validate(plan.appliedValidations, ' after the rollback');
    await upsAgain(stage, acts);
    if (acts.every((act) => act.verdict.upAgain === 'ok')) await validate(everything, '');
  }
  const unreached = plan.migrations
    .slice(acts.length + (stuck === null ? 0 : 1))
    .map((migration) => notReached(migration, stuck?.verdict.version ?? ''));
  return {
    migrations: [...acts.map((act) => act.verdict), ...(stuck === null ? [] : [stuck.verdict]), ...unreached],
    statements: [...acts, ...(stuck === null ? [] : [stuck])].flatMap(({ migration, up }) => tracedStatements(migration, up.traces)),
    ...(stuck === null ? { grewBytes } : {}),
    validationFailures: [...failures],
    differences: [...acts, ...(stuck === null ? [] : [stuck])].flatMap(({ migration, up }) => comparedWithVerdicts(migration, up.traces)),
  };
}

type Stuck = Pick<Act, 'migration' | 'up' | 'verdict'>;

async function ups(stage: Stage): Promise<{ readonly acts: Act[]; readonly stuck: Stuck | null; readonly grewBytes: number }> {
  const acts: Act[] = [];
  let grewBytes = 0;
  let size = await databaseBytes(stage);
  let before = await readFingerprint(stage.watch.sampler);
  let { contents } = stage;
  for (const migration of stage.plan.migrations) {
    const up = await run(stage, `${migration.version} up`, upOf(migration));
    const verdict: RehearsedMigration = {
      version: migration.version,
      up: 'ok',
      down: 'not reached',
      upAgain: 'not reached',
      upMs: Math.ceil(up.ms),
      downMs: 0,
      detail: '',
    };
    if (up.error !== null)
      return { acts, stuck: { migration, up, verdict: { ...verdict, up: 'error', detail: up.error.message } }, grewBytes };
    const after = await readFingerprint(stage.watch.sampler);
    acts.push({ migration, before, after, contents, up, verdict });
    contents = await recount(stage.watch.sampler, contents, writtenBy(up.traces));
    before = after;
    const grown = await databaseBytes(stage);
    // What one file frees is free only behind it: it makes no room for the one before.
    grewBytes += Math.max(0, grown - size);
    size = grown;
  }
  return { acts, stuck: null, grewBytes };
}

async function databaseBytes({ watch }: Stage): Promise<number> {
  const { rows } = await watch.sampler.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  return Number(rows[0]?.bytes);
}

/** Newest first, until one cannot be taken back: what lies below it is not the state its down was written for. */
async function downs(stage: Stage, acts: readonly Act[]): Promise<void> {
  let carried: readonly string[] = [];
  for (const act of acts.toReversed()) {
    const { migration, verdict } = act;
    const none = withoutDown(migration);
    if (none !== null) {
      act.verdict = { ...verdict, ...none };
      return;
    }
    const down = await run(stage, `${migration.version} down`, downOf(migration));
    const downMs = Math.ceil(down.ms);
    if (down.error !== null) {
      act.verdict = { ...verdict, ...downFailed(down.error), downMs };
      return;
    }
    const sentences = fingerprintDiff(act.before, await readFingerprint(stage.watch.sampler));
    // What a newer down left is that one's fault, and told there.
    const own = sentences.filter((sentence) => !carried.includes(sentence));
    carried = sentences;
    act.verdict = { ...verdict, downMs, ...comesBackAs(own, await notBroughtBack(stage, act, down)) };
  }
}

/** Data that an exact schema does not bring back: rows, and the values of columns that were dropped on the way. */
async function notBroughtBack(stage: Stage, act: Act, down: ScriptRun): Promise<readonly string[]> {
  const now = await recount(stage.watch.sampler, act.contents, [...writtenBy(act.up.traces), ...writtenBy(down.traces)]);
  const columns = fingerprintDiff(act.before, act.after).flatMap((sentence) => {
    const column = /^column (.+) lost$/.exec(sentence)?.[1];
    if (column === undefined) return [];
    const rows = act.contents.get(column.slice(0, column.lastIndexOf('.'))) ?? 0;
    return rows === 0 ? [] : [`the values of ${column} do not come back`];
  });
  return [...columns, ...rowsNotBack(act.contents, now)];
}

/** Whatever was taken back is done once more, oldest first: a rollback is no use if the next night fails. */
async function upsAgain(stage: Stage, acts: readonly Act[]): Promise<void> {
  // From another schema than the first time, a second up may well make another one: that is the down's fault, and told there.
  const comparable = acts.every((act) => act.verdict.down === 'exact');
  for (const act of acts) {
    if (act.verdict.down !== 'exact' && act.verdict.down !== 'differs') continue;
    const again = await run(stage, `${act.migration.version} up again`, upOf(act.migration));
    if (again.error !== null) {
      act.verdict = {
        ...act.verdict,
        upAgain: 'error',
        detail: joined(act.verdict.detail, `the second up failed: ${again.error.message}`),
      };
      return;
    }
    const now = comparable ? await readFingerprint(stage.watch.sampler) : null;
    act.verdict = { ...act.verdict, ...secondUp(act.verdict.detail, now === null ? [] : fingerprintDiff(act.after, now)) };
  }
}

async function run(stage: Stage, what: string, script: RunScript): Promise<ScriptRun> {
  stage.onProgress(`Rehearsing ${what}`);
  return await inSession(stage, (client) => runScript(client, stage.watch, script));
}

/** A session of its own, so that no file leaves settings to the next. */
async function inSession<T>(stage: Stage, work: (client: Client) => Promise<T>): Promise<T> {
  stage.signal.throwIfAborted();
  const client = await stage.session();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
    stage.signal.throwIfAborted();
  }
}

function notReached({ version }: Migration, stuckAt: string): RehearsedMigration {
  return {
    version,
    up: 'error',
    down: 'not reached',
    upAgain: 'not reached',
    upMs: 0,
    downMs: 0,
    detail: `not reached: ${stuckAt} failed before it`,
  };
}
