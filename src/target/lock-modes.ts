import { LOCK_MODES, type LockMode, type RelationLock, type Statement } from '../domain/plan.ts';

/** Weakest mode that each mode conflicts with excludes the ones below it only in part, so the table is written out (docs: explicit-locking, table 13.2). */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  'ACCESS SHARE': ['ACCESS EXCLUSIVE'],
  'ROW SHARE': ['EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'ROW EXCLUSIVE': ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE UPDATE EXCLUSIVE': ['SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  SHARE: ['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE ROW EXCLUSIVE': ['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  EXCLUSIVE: ['ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'ACCESS EXCLUSIVE': LOCK_MODES,
};

/** Whether two sessions cannot hold these modes on one relation at the same time. */
export function conflicts(one: LockMode, other: LockMode): boolean {
  return CONFLICTS[one].includes(other);
}

/** PostgreSQL's internal name, `AccessExclusiveLock`, as the documentation writes it; null for anything else. */
export function lockModeOf(internal: string): LockMode | null {
  const words = internal
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  return LOCK_MODES.find((mode) => mode === words) ?? null;
}

/** Whether `one` is stronger than `other`. */
export function stronger(one: LockMode, other: LockMode): boolean {
  return LOCK_MODES.indexOf(one) > LOCK_MODES.indexOf(other);
}

/** The strongest mode per relation, relations in order of name. */
export function strongest(locks: readonly RelationLock[]): readonly RelationLock[] {
  const modes = new Map<string, LockMode>();
  for (const { relation, mode } of locks) {
    const known = modes.get(relation);
    if (known === undefined || stronger(mode, known)) modes.set(relation, mode);
  }
  return [...modes].map(([relation, mode]) => ({ relation, mode })).toSorted((a, b) => (a.relation < b.relation ? -1 : 1));
}

/** Whether the statement only reads and writes rows, as far as the catalogue knows it: waiting for its locks makes nobody queue behind us. */
export function onlyRows(statement: Pick<Statement, 'known' | 'locks'>): boolean {
  return statement.known && statement.locks.length > 0 && statement.locks.every(({ mode }) => !stronger(mode, 'ROW EXCLUSIVE'));
}
