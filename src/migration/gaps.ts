import { byVersion } from '../domain/formats.ts';
import type { Migration } from '../domain/plan.ts';

/** Numbers up to this length are counted; longer ones are moments, where gaps mean nothing. */
const COUNTED_DIGITS = 6;

/**
 * Marks a pending migration before which a number is missing in files that are numbered one by one: a file may have been lost in a merge.
 * A note and no refusal, because numbers are skipped on purpose too.
 */
export function withGaps(migrations: readonly Migration[], applied: readonly { readonly version: string }[]): readonly Migration[] {
  const row = byVersion(applied, ({ version }) => version);
  return migrations.map((migration, index) => {
    const before = migrations[index - 1];
    const missing = before === undefined ? null : missingBetween(before.version, migration.version);
    const pending = row(migration.version) === undefined;
    const [first, ...rest] = migration.statements;
    if (missing === null || !pending || first === undefined) return migration;
    const message = `There is no migration ${missing} before this one. If a file was lost in a merge, bring it back first.`;
    const hazard = { code: 'version_gap', severity: 'note', message } as const;
    return { ...migration, statements: [{ ...first, hazards: [...first.hazards, hazard] }, ...rest] };
  });
}

/** The first number between two that follow each other in the files; null when none is missing, or when they do not count. */
function missingBetween(before: string, after: string): string | null {
  if (![before, after].every((version) => /^\d+$/.test(version) && version.length <= COUNTED_DIGITS)) return null;
  const next = Number(before) + 1;
  return next < Number(after) ? String(next).padStart(before.length, '0') : null;
}
