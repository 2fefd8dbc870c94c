import type { Hazard, Migration, Plan, Statement } from '../../domain/plan.ts';
import { rollbackKind } from '../../domain/plan.ts';
import { predictedForwardMs, predictedRollbackMs, rollbackProved, type Rehearsal } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import { code, count, phrase } from './text.ts';

const BLOCKS: Readonly<Record<Statement['blocks'], string>> = {
  'reads+writes': 'blocks reads and writes',
  writes: 'blocks writes',
  ddl: 'blocks other schema changes',
  nothing: 'blocks nobody',
  unknown: 'unknown whom it blocks',
};

/** What one statement does to everybody else: the strongest lock per relation in PostgreSQL's words, rewrites, scans. */
export function statementFacts(statement: Statement): string {
  const facts = statement.locks.map((lock) => `${lock.mode} on ${phrase(lock.relation, 80)}`);
  if (statement.known) facts.push(BLOCKS[statement.blocks]);
  else facts.push('unknown shape: take it for blocking until the rehearsal has traced it');
  if (statement.rewrites.length > 0) facts.push(`rewrites ${phrase(statement.rewrites.join(', '), 80)}`);
  if (statement.scans.length > 0) facts.push(`scans ${phrase(statement.scans.join(', '), 80)}`);
  if (statement.backfill !== undefined) facts.push(`in ranges of ${phrase(statement.backfill.key, 40)}`);
  return facts.join(' · ');
}

/** Migrations as headings with their statements below, one a line. */
export function statementLines(plan: Plan): readonly string[] {
  return plan.migrations.flatMap((migration) => [
    `*${migrationName(migration)}*`,
    ...migration.statements.map((statement) => `• ${code(statement.summary, 90)} ${statementFacts(statement)}`),
  ]);
}

export function migrationName(migration: Pick<Migration, 'version' | 'name'>): string {
  return phrase(`${migration.version}_${migration.name}`, 90);
}

const SEVERITY: Readonly<Record<Hazard['severity'], { emoji: string; word: string; rank: number }>> = {
  danger: { emoji: '⛔', word: 'Danger', rank: 0 },
  warning: { emoji: '⚠️', word: 'Warning', rank: 1 },
  note: { emoji: 'ℹ️', word: 'Note', rank: 2 },
};

/** What a person should know before approving, worst first. */
export function hazardLines(plan: Plan): readonly string[] {
  const found = plan.migrations.flatMap((migration) =>
    migration.statements.flatMap((statement) => statement.hazards.map((hazard) => ({ migration, statement, hazard }))),
  );
  const worst = found.toSorted((a, b) => SEVERITY[a.hazard.severity].rank - SEVERITY[b.hazard.severity].rank);
  return worst.map(({ migration, statement, hazard }) => {
    const { emoji, word } = SEVERITY[hazard.severity];
    const recipe = hazard.recipe === undefined ? '' : ` _${phrase(hazard.recipe, 120)}_`;
    return `${emoji} ${word}, ${phrase(migration.version, 30)} line ${statement.line}: ${phrase(hazard.message, 180)}${recipe}`;
  });
}

/** `2 migrations, 4 statements`. */
export function planSize(plan: Plan): string {
  const statements = plan.migrations.reduce((sum, migration) => sum + migration.statements.length, 0);
  return `${count(plan.migrations.length, 'migration')}, ${count(statements, 'statement')}`;
}

/** How long it may take, with where the number comes from. */
export function estimate(rehearsal: Rehearsal | null): string {
  if (rehearsal === null) return 'known after the rehearsal';
  return `${inWords(predictedForwardMs(rehearsal))} (rehearsed on the restored backup, times 3)`;
}

/** What the way back is worth, with its price (R4). */
export function rollbackWords(plan: Plan, rehearsal: Rehearsal | null): string {
  if (rollbackKind(plan) === 'none') return 'none: at least one migration cannot be undone by SQL';
  if (rehearsal === null) return 'down scripts, not proved yet';
  if (!rollbackProved(rehearsal)) return 'down scripts, *not proved*: the rehearsal failed';
  return `proved: the schema came back exactly; ${inWords(predictedRollbackMs(rehearsal))}`;
}
