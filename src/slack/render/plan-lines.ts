import { priceWords, type RunPrice } from '../../domain/price.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { Hazard, Migration, Plan, Statement } from '../../domain/plan.ts';
import { alertRulesOf } from '../../domain/ladder.ts';
import { rollbackKind } from '../../domain/plan.ts';
import { predictedForwardMs, predictedRollbackMs, rollbackProved, SAFETY_FACTOR, type Rehearsal } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { atMost, code, count, phrase } from './text.ts';

const BLOCKS: Readonly<Record<Statement['blocks'], string>> = {
  'reads+writes': 'blocks reads and writes',
  writes: 'blocks writes',
  ddl: 'blocks other schema changes',
  nothing: 'blocks nobody',
  unknown: 'unknown whom it blocks',
};

/** What one statement does to everybody else: whom it blocks first, then rewrites, scans, and the strongest lock per relation. */
export function statementFacts(statement: Statement): string {
  const facts = [statement.known ? blocked(statement.blocks) : '*unknown shape*: take it for blocking until the rehearsal has traced it'];
  if (statement.rewrites.length > 0) facts.push(`*rewrites ${phrase(statement.rewrites.join(', '), 80)}*`);
  if (statement.scans.length > 0) facts.push(`scans ${phrase(statement.scans.join(', '), 80)}`);
  if (statement.backfill !== undefined) facts.push(`by ranges of ${phrase(statement.backfill.key, 40)}`);
  facts.push(...statement.locks.map((lock) => `${lock.mode} on ${phrase(lock.relation, 80)}`));
  return facts.join(' · ');
}

function blocked(blocks: Statement['blocks']): string {
  return blocks === 'nothing' || blocks === 'ddl' ? BLOCKS[blocks] : `*${BLOCKS[blocks]}*`;
}

/** The migrations alone, with whom the worst statement of each blocks. */
export function migrationLines(plan: Plan): readonly string[] {
  return plan.migrations.map((migration) => {
    const worst = WORST_FIRST.find((blocks) => migration.statements.some((statement) => blocksOf(statement) === blocks));
    return `• ${migrationName(migration)} · ${worst === undefined ? 'empty' : blocked(worst)}`;
  });
}

const WORST_FIRST = ['unknown', 'reads+writes', 'writes', 'ddl', 'nothing'] as const;

function blocksOf({ known, blocks }: Statement): Statement['blocks'] {
  return known ? blocks : 'unknown';
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
    return `${emoji} ${word}, ${phrase(migration.version, 30)} line ${statement.line}: ${phrase(hazard.message, 180)}`;
  });
}

/** `2 migrations, 4 statements`. */
export function planSize(plan: Plan): string {
  const statements = plan.migrations.reduce((sum, migration) => sum + migration.statements.length, 0);
  return `${count(plan.migrations.length, 'migration')}, ${count(statements, 'statement')}`;
}

/** The digest as people compare it. It covers the rehearsal, so before that there is none that could be approved. */
export function digestWords({ rehearsal, digest }: Pick<Run, 'rehearsal' | 'digest'>, as: (digest: string) => string = code): string {
  return rehearsal === null ? 'follows the rehearsal' : as(shortDigest(digest));
}

/** How long it may take, with where the number comes from. */
export function estimate(rehearsal: Rehearsal | null): string {
  if (rehearsal === null) return 'known once it is rehearsed';
  return `${atMost(predictedForwardMs(rehearsal))}, ${SAFETY_FACTOR} times the rehearsal`;
}

/** What the way back is worth, with its price (R4), and whether Offpeak may take it by itself: that is approved with the plan (R73). */
export function rollbackWords(plan: Plan, rehearsal: Rehearsal | null, price: RunPrice | null = null): string {
  const { autoRollbackMs } = alertRulesOf(plan);
  const policy =
    autoRollbackMs === null
      ? ''
      : `. Offpeak takes it by itself ${inWords(autoRollbackMs)} after an alert that says so, when nothing is lost by it`;
  return `${wayBack(plan, rehearsal, price)}${policy}`;
}

function wayBack(plan: Plan, rehearsal: Rehearsal | null, price: RunPrice | null): string {
  if (rollbackKind(plan) === 'none') return 'none: at least one migration cannot be undone by SQL';
  if (rehearsal === null) return 'down scripts, not proved yet';
  if (!rollbackProved(rehearsal)) return 'down scripts, *not proved*: the rehearsal failed';
  const cost = price === null ? '' : ` · ${priceWords(price)}`;
  return `${atMost(predictedRollbackMs(rehearsal))}, proved: the schema came back exactly${cost}`;
}
