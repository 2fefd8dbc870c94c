import { waiversOf, type LockMode, type Migration, type Plan, type Statement } from './plan.ts';
import type { Rehearsal } from './proof.ts';
import type { Run } from './run.ts';

/** Trivial: only new objects, or nothing that anybody waits for and everything comes back. Otherwise each reason, the first one first. */
export type PlanClass = { readonly trivial: boolean; readonly reasons: readonly string[] };

/** Locks for which neither readers nor writers wait and that change no row. */
const QUIET: readonly LockMode[] = ['ACCESS SHARE', 'ROW SHARE', 'SHARE UPDATE EXCLUSIVE'];

/**
 * Classes a run's plan by rule, and by what people said: they may raise the class and never lower it alone, because the only way past it is
 * the waiver of the line, which somebody else has to give (R7). Sizes are no part of the rule: what a plan is must not change over night.
 */
export function classOf(run: Pick<Run, 'plan' | 'rehearsal' | 'raised'>): PlanClass {
  const raised = run.raised === null ? [] : [`@${run.raised.by.name} asks for it: ${run.raised.reason}`];
  const reasons = [...raised, ...ruleReasons(run.plan, run.rehearsal)];
  return { trivial: reasons.length === 0, reasons };
}

/** What the rule alone finds, in the order of the files. */
export function ruleReasons(plan: Pick<Plan, 'migrations'>, rehearsal: Rehearsal | null): readonly string[] {
  const statements = plan.migrations.flatMap((migration) =>
    migration.statements.flatMap((statement) => statementReasons(migration, statement)),
  );
  const waived = waiversOf(plan).map(({ path, line, code }) => `${fileOf(path)} line ${line} waives ${code}`);
  return [...statements, ...waived, ...plan.migrations.flatMap((migration) => wayBackReasons(migration, rehearsal))];
}

/** `the class in a line`: trivial or not, with the first reason and how many more there are. */
export function classWords({ trivial, reasons }: PlanClass): string {
  if (trivial) return 'trivial: only new objects, or nothing that anybody waits for';
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  return `non-trivial: ${reasons[0] ?? ''}${more}`;
}

function statementReasons({ version }: Migration, statement: Statement): readonly string[] {
  const where = `${version} line ${statement.line}`;
  if (statement.backfill !== undefined) return [`${where} fills ${statement.backfill.table} in batches`];
  if (!statement.known) return [`${where} has a shape that nobody has judged`];
  if (statement.rewrites.length > 0) return [`${where} rewrites ${statement.rewrites.join(', ')}`];
  const loud = statement.locks.filter(({ mode }) => !QUIET.includes(mode));
  const [strongest] = loud.toSorted((a, b) => strength(b.mode) - strength(a.mode));
  if (strongest?.mode === 'ROW EXCLUSIVE') return [`${where} changes rows of ${strongest.relation}`];
  if (strongest !== undefined) return [`${where} takes ${strongest.mode} on ${strongest.relation}`];
  if (statement.scans.length > 0) return [`${where} reads all of ${statement.scans.join(', ')}`];
  return statement.blocks === 'reads+writes' || statement.blocks === 'writes' ? [`${where} makes ${statement.blocks} wait`] : [];
}

/** Whether a lock makes writers, or readers too, wait. */
function strength(mode: LockMode): number {
  return ['ROW EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'].indexOf(mode);
}

function wayBackReasons({ version, down, downStatements }: Migration, rehearsal: Rehearsal | null): readonly string[] {
  if (down === null || downStatements.length === 0) return [`${version} cannot be undone by SQL`];
  const found = rehearsal?.migrations.find((entry) => entry.version === version);
  if (found === undefined) return [];
  if (found.down === 'irreversible' || found.down === 'missing') return [`${version} cannot be undone by SQL`];
  return (found.lost ?? []).map((what) => `${version}: ${what}`);
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
