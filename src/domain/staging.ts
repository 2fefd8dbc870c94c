import { canonical } from './digest.ts';
import { judgeImpact, type MeasuredLoad } from './impact.ts';
import type { Verdict } from './items.ts';
import { classOf, classWords } from './plan-class.ts';
import type { Plan, Thresholds } from './plan.ts';
import { judgeRows, type RowLimits, type RowPair } from './row-ratio.ts';
import { OPEN, WORKING, type Run, type RunState } from './run.ts';

/** On the plan of a staging run: which run it tries out beforehand, and what that one was then. */
export type StagingFor = {
  readonly runId: string;
  readonly number: number;
  readonly target: string;
  /** Of both plans: the texts and their order, and nothing that belongs to one database alone. */
  readonly content: string;
  /** Of production's schema when the staging run was planned. */
  readonly fingerprint: string;
  readonly limits: StagingLimits;
};

/** What the twin must have of each table, and how much slower the load may become there. */
export type StagingLimits = RowLimits & { readonly impact: number };

/** What was measured on the twin before the first write: the load, and the rows of the touched tables beside production's. */
export type StagingBefore = { readonly load: MeasuredLoad; readonly rows: readonly RowPair[] };

/** How a hook of the twin ended; `exitCode` is null when it gave no result, and `output` then says why. */
export type HookOutcome = { readonly name: string; readonly exitCode: number | null; readonly ms: number; readonly output: string };

/** The same load after the change, and the twin's smoke tests with their exit codes and output (R14). */
export type StagingAfter = { readonly load: MeasuredLoad; readonly hooks: readonly HookOutcome[] };

/** What a staging run has measured so far. */
export type Staged = { readonly before: StagingBefore | null; readonly after: StagingAfter | null };

/** The limits of the comparison; the runbook's number, and ours where it has none. */
export function stagingLimits({ impact = 0.05, stagingRows = 0.1, stagingSmall = 1000 }: Thresholds): StagingLimits {
  return { impact, share: stagingRows, small: stagingSmall };
}

/** Whether the run tries another run's plan out on its twin. */
export function isStaging({ plan }: Pick<Run, 'plan'>): boolean {
  return plan.stagingFor !== undefined;
}

/**
 * What "the same digest" means on another database (R7): version, name and every byte of up, down and validate, in their order. The digest
 * itself covers also what two databases never share: server, schema, rehearsal, limits.
 */
export function contentOf({ migrations }: Pick<Plan, 'migrations'>, sha256: (text: string) => string): string {
  const texts = migrations.map(({ version, name, up, down, validate }) => ({
    version,
    name,
    up: up.sha256,
    down: down?.sha256 ?? null,
    validate: validate?.sha256 ?? null,
  }));
  return sha256(canonical(texts));
}

/** What the checklist line `staging` says of a plan, ready to become evidence. */
export type StagingWord = { readonly verdict: Verdict; readonly value: string; readonly source: string };

const UNDER_WAY: readonly RunState[] = [...OPEN, ...WORKING];

/**
 * Judges the line `staging` of a run whose target has a twin (R7, R13–R15). `runs` are the twin's staging runs, newest first. A trivial plan
 * says why it needs none. Of a plan that does, the newest staging run of the very same content has the word; anything less is no pass.
 */
export function judgeStaging(run: Pick<Run, 'plan' | 'rehearsal' | 'raised'>, runs: readonly Run[], content: string): StagingWord {
  const found = classOf(run);
  if (found.trivial) return { verdict: 'pass', value: `needs none, ${classWords(found)}`, source: 'the rule of the runbook' };
  const tried = runs.filter(({ plan }) => plan.stagingFor?.target === run.plan.target);
  const same = tried.find(({ plan, state }) => plan.stagingFor?.content === content && state !== 'cancelled');
  if (same !== undefined) return judgeTrial(same, stagingLimits(run.plan.thresholds));
  const [other] = tried;
  const source = 'staging runs of the ledger';
  if (other !== undefined)
    return {
      verdict: 'breach',
      value: `the files are not those of staging run #${other.number}: try them again with /migrate staging. ${classWords(found)}`,
      source,
    };
  return { verdict: 'unknown', value: `not tried yet: press Run on staging. It is ${classWords(found)}`, source };
}

function judgeTrial(run: Run, limits: StagingLimits): StagingWord {
  const source = `staging run #${run.number} on ${run.target}`;
  const staged = run.staged;
  if (run.state === 'rollback_failed' || (run.state === 'failed' && run.rollback !== null))
    return { verdict: 'breach', value: `the way back failed on staging: ${run.end?.detail ?? ''}`, source };
  // Once it is completed the twin may be given back; before, somebody had a reason.
  if (run.rollback !== null && run.rollback.from !== 'completed')
    return { verdict: 'breach', value: `was rolled back before its end by @${run.rollback.by.name}`, source };
  if (staged.before === null || staged.after === null) {
    if (UNDER_WAY.includes(run.state))
      return { verdict: 'unknown', value: `is ${run.state.replace('_', ' ')}; wait for its result`, source };
    return { verdict: 'breach', value: `did not come to a result: ${run.end?.detail ?? run.state.replace('_', ' ')}`, source };
  }
  if (UNDER_WAY.includes(run.state)) return { verdict: 'unknown', value: `is ${run.state.replace('_', ' ')}; wait for its end`, source };
  const parts = resultOf({ before: staged.before, after: staged.after }, limits);
  return {
    verdict: worst(parts.map(({ verdict }) => verdict)),
    value: [...parts.map(({ words }) => words), schemaWords(run)].join('\n'),
    source,
  };
}

/** The three findings of a staging run, each with its verdict. What does not pass is said first. */
export function resultOf(
  { before, after }: { readonly before: StagingBefore; readonly after: StagingAfter },
  limits: StagingLimits,
): readonly { readonly verdict: Verdict; readonly words: string }[] {
  const impact = judgeImpact(before.load, after.load, limits.impact);
  const rows = judgeRows(before.rows, limits);
  const parts = [
    judgeHooks(after.hooks),
    { verdict: impact.verdict, words: `Performance: ${impact.words}` },
    { verdict: rows.verdict, words: `Data: staging ${rows.words}` },
  ];
  return parts.toSorted((a, b) => GRAVITY.indexOf(a.verdict) - GRAVITY.indexOf(b.verdict));
}

/** The twin's smoke tests (R14): every one ended with 0. No hook is no test, and what gave no result did not pass. */
function judgeHooks(hooks: readonly HookOutcome[]): { readonly verdict: Verdict; readonly words: string } {
  if (hooks.length === 0)
    return { verdict: 'unknown', words: 'Smoke: no hook of the staging target has staging or smoke among its moments' };
  const failed = hooks.filter(({ exitCode }) => exitCode !== null && exitCode !== 0);
  const silent = hooks.filter(({ exitCode }) => exitCode === null);
  const said = [...failed, ...silent].map(
    ({ name, exitCode, output }) => `${name} ${exitCode === null ? 'gave no result' : `ended with code ${exitCode}`}${lastLine(output)}`,
  );
  if (said.length > 0) return { verdict: failed.length > 0 ? 'breach' : 'unknown', words: `Smoke: ${said.join('; ')}` };
  return { verdict: 'pass', words: `Smoke: ${hooks.map(({ name }) => name).join(', ')} ended with code 0` };
}

function lastLine(output: string): string {
  const line = output.split('\n').findLast((each) => each.trim() !== '') ?? '';
  return line === '' ? '' : `: ${line.slice(0, 160)}`;
}

function schemaWords({ plan }: Run): string {
  return plan.stagingFor?.fingerprint === plan.fingerprint ? 'Schema: as in production' : 'Schema: NOT as in production when it was tried';
}

const GRAVITY: readonly Verdict[] = ['breach', 'unknown', 'pass'];

function worst(verdicts: readonly Verdict[]): Verdict {
  return GRAVITY.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
}
