import type { Migration, Plan } from './plan.ts';
import { rehearsalVerdict, type Rehearsal } from './proof.ts';

/** JSON with keys in order, so that equal values are equal text on every machine. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * What approvers approve (invariant 3): every up, down and validate text, the lint verdict, the live schema, the rehearsal,
 * the window, the thresholds and the runbook version. The moment of planning is left out; it changes nothing.
 */
export function digestOf(plan: Plan, rehearsal: Rehearsal | null, sha256: (text: string) => string): string {
  const { plannedAt: _, ...rest } = plan;
  const covered = { ...rest, migrations: rest.migrations.map(withVerdictOnly) };
  return sha256(canonical({ plan: covered, rehearsal: rehearsal === null ? null : rehearsalVerdict(rehearsal) }));
}

/** Hazards by their code and waiver: how grave one is, how it reads, and whether a table is busy follow sizes and traffic, which change by themselves. */
function withVerdictOnly(migration: Migration): unknown {
  const statements = migration.statements.map((statement) => ({
    ...statement,
    hazards: statement.hazards
      .filter(({ measured }) => measured === undefined)
      .map((hazard) => ({ ...hazard, severity: undefined, message: undefined })),
  }));
  return { ...migration, statements };
}

/** The first twelve digits: enough for two people to compare aloud. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}
