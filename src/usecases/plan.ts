import { digestOf } from '../domain/digest.ts';
import { byVersion, wayBackOf, type FormatName } from '../domain/formats.ts';
import type { Instant } from '../domain/instant.ts';
import type { Actor } from '../domain/people.ts';
import type { AppliedValidation, Migration, Plan } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { FileProblem, Outcome, Services, TargetContext } from '../ports.ts';
import { applicationTestsOf, checklistOf } from './checklist.ts';

/** A plan as it would be now, or why there is none. */
export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Makes a run for the target's pending migrations. Reads the files and the live catalog; changes nothing on the target.
 * Refuses an unknown or unusable target, files that do not parse or pair, nothing pending, and a second run beside an open one.
 */
export async function plan(services: Services, request: { target: string; actor: Actor }): Promise<Outcome> {
  const context = services.targets.get(request.target);
  if (context === undefined) {
    const detail = `There is no target "${request.target}". Configured: ${[...services.targets.keys()].join(', ')}.`;
    return { ok: false, refusal: { code: 'target_unusable', detail }, run: null };
  }
  const active = await services.ledger.active(request.target);
  if (active !== null)
    return {
      ok: false,
      refusal: { code: 'active_run', number: active.number, target: active.target, state: active.state.replace('_', ' ') },
      run: active,
    };
  const detail = await whyUnusable(context);
  if (detail !== null) return { ok: false, refusal: { code: 'target_unusable', detail }, run: null };
  const drawn = await drawPlan(context, await services.ledger.now());
  if (!drawn.ok) return { ok: false, refusal: drawn.refusal, run: null };
  const digest = digestOf(drawn.plan, null, services.sha256);
  return services.ledger.create({ target: request.target, plan: drawn.plan, digest, actor: request.actor });
}

/** What stands in the way of any run on this target, for the operator; null when nothing does. */
export async function whyUnusable({ target, backups }: TargetContext): Promise<string | null> {
  const unfit = await target.unusable();
  // The target says what is wrong to whoever asks; only here is it known that nothing else was tried.
  return unfit === null ? backups.unusable() : `${unfit} The database was not touched.`;
}

/** The plan of a target at this moment. Throws when the target cannot be read. */
export async function drawPlan(context: TargetContext, now: Instant): Promise<Planned> {
  const applied = await context.target.applied();
  const read = await context.migrations.read({ applied });
  if (!read.ok) return { ok: false, refusal: { code: 'migrations_unreadable', detail: problemsText(read.problems) } };
  const row = byVersion(applied, ({ version }) => version);
  const pending = read.migrations.filter(({ version }) => row(version) === undefined);
  const wrong = historyProblem({ all: read.migrations, pending, applied, format: context.migrations.format });
  if (wrong !== null) return { ok: false, refusal: { code: 'migrations_unreadable', detail: wrong } };
  if (pending.length === 0) return { ok: false, refusal: { code: 'nothing_pending', target: context.name } };
  const tests = applicationTestsOf(context);
  const [identity, fingerprint] = [await context.target.identity(), await context.target.fingerprint()];
  return {
    ok: true,
    plan: {
      target: context.name,
      identity,
      migrations: pending,
      appliedVersions: applied.map((row) => row.version),
      appliedValidations: appliedValidations(read.migrations, pending),
      fingerprint: fingerprint.hash,
      window: context.window,
      thresholds: context.thresholds,
      timing: context.timing,
      quorum: context.quorum,
      items: checklistOf(context),
      ...(tests.length === 0 ? {} : { applicationTests: tests }),
      runbook: context.runbook,
      plannedAt: now,
    },
  };
}

/** Every mistake of the files, one under the other, and what to do. */
export function problemsText(problems: readonly FileProblem[]): string {
  return `${problems.map((problem) => problem.message).join('\n\n')}\n\nThe database was not touched. Mend the file and plan again.`;
}

type FilesAndHistory = {
  readonly all: readonly Migration[];
  readonly pending: readonly Migration[];
  readonly applied: readonly { readonly version: string; readonly upSha256: string }[];
  readonly format: FormatName;
};

/** An applied file that was edited, or a pending one without its way back (R10). */
function historyProblem({ all, pending, applied, format }: FilesAndHistory): string | null {
  const row = byVersion(applied, ({ version }) => version);
  const edited = all.filter(({ version, up }) => ![undefined, '', up.sha256].includes(row(version)?.upSha256));
  if (edited.length > 0) {
    const [files, verb] = [edited.map(({ up }) => up.path).join(', '), edited.length === 1 ? 'was' : 'were'];
    return `${files} ${verb} edited after ${edited.length === 1 ? 'it was' : 'they were'} applied. Put the applied text back and write a new migration for the change. The database was not touched.`;
  }
  const noWayBack = pending.find((migration) => migration.down === null || migration.downStatements.length === 0);
  if (noWayBack !== undefined) {
    const place = wayBackOf(format, noWayBack.up.path);
    return `${noWayBack.version}_${noWayBack.name} has no way back: ${place} is missing or has no statement. Write the statements that undo it, then plan again. The database was not touched.`;
  }
  return null;
}

function appliedValidations(all: readonly Migration[], pending: readonly Migration[]): readonly AppliedValidation[] {
  return all
    .filter((migration) => !pending.includes(migration) && migration.validate !== null)
    .map((migration) => ({ version: migration.version, path: migration.validate?.path ?? '', statements: migration.validations }));
}
