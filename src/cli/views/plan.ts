import type { Migration, Plan } from '../../domain/plan.ts';
import { SAFETY_FACTOR, type Rehearsal } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import { estimate, hazardLines, planSize, rollbackWords, statementFacts } from '../../slack/render/plan-lines.ts';
import { plain } from '../plain.ts';
import { freezeRows } from './freeze.ts';

/** A plan and, once there is one, its rehearsal. */
export type Planned = { readonly plan: Plan; readonly rehearsal: Rehearsal | null };

/** Every statement with its locks and its predicted time, what is dangerous about it, and what the way back is worth. */
export function planView({ plan, rehearsal }: Planned): string {
  const told = (text: string) => plain(text, plan.window.zone);
  const hazards = hazardLines(plan).map(told);
  return [
    `${planSize(plan)} for ${plan.target}, PostgreSQL ${plan.identity.serverVersion}`,
    ...plan.migrations.flatMap((migration) => ['', ...migrationLines(migration, rehearsal).map(told)]),
    ...(hazards.length === 0 ? [] : ['', ...hazards]),
    '',
    `Forward   ${told(estimate(rehearsal))}`,
    `Rollback  ${told(rollbackWords(plan, rehearsal))}`,
    ...freezeRows(plan.window, plan.plannedAt).map(([name, text]) => `${name.padEnd(10)}${text}`),
  ].join('\n');
}

function migrationLines({ version, name, statements }: Migration, rehearsal: Rehearsal | null): readonly string[] {
  const lines = statements.map((statement) => {
    const traced = rehearsal?.statements.find((entry) => entry.version === version && entry.index === statement.index);
    const time = traced === undefined ? '' : ` · ${inWords(traced.ms * SAFETY_FACTOR)}`;
    return `  ${statement.summary}\n      ${statementFacts(statement)}${time}`;
  });
  return [`${version}_${name}`, ...(lines.length === 0 ? ['  no statement'] : lines)];
}
