import type { Migration } from '../../domain/plan.ts';
import { SAFETY_FACTOR } from '../../domain/proof.ts';
import type { Run } from '../../domain/run.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { cutLines } from './limits.ts';
import { migrationName, planSize, statementFacts } from './plan-lines.ts';
import { runName } from './state-words.ts';
import { atMost, excerpt, phrase } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** The last look before the first write: each statement with its locks and its estimate, and what would undo it (R44, R47). Nothing was executed. */
export function dryRun({ run }: RunView): Message {
  const forward = run.plan.migrations.flatMap((migration) => forwardLines(run, migration));
  const back = run.plan.migrations.toReversed().flatMap(backLines);
  return {
    text: `Dry run of ${runName(run)}: ${planSize(run.plan)}. Nothing was executed. Next: read the statements and their undoing below.`,
    blocks: [
      section(`*Dry run* · nothing was executed\n${planSize(run.plan)} will run in this order.`),
      section(cutLines(forward, { max: 2900, rest })),
      section(cutLines(['*To undo it, newest first*', ...back], { max: 2900, rest })),
      context(`Times are ${SAFETY_FACTOR} times what the rehearsal on the restored backup took.`),
      ...actions([button(run, 'view_sql')]),
    ],
  };
}

function forwardLines(run: Run, migration: Migration): readonly string[] {
  const lines = migration.statements.map((statement) => {
    const traced = run.rehearsal?.statements.find((entry) => entry.version === migration.version && entry.index === statement.index);
    const time = traced === undefined ? 'not traced' : atMost(traced.ms * SAFETY_FACTOR);
    return `• ${excerpt(statement.sql, 110)} ${statementFacts(statement)} · ${time}`;
  });
  return [`*${migrationName(migration)}*`, ...lines];
}

function backLines(migration: Migration): readonly string[] {
  if (migration.downStatements.length === 0) return [`• ${phrase(migration.version, 30)}: no way back in SQL`];
  return migration.downStatements.map((statement) => `• ${phrase(migration.version, 30)} ${excerpt(statement.sql, 110)}`);
}

function rest(left: number): string {
  return `and ${left} more: View SQL`;
}
