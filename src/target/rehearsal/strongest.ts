import { LOCK_MODES, type LockMode, type RelationLock } from '../../domain/plan.ts';
import type { Trace } from '../backup/trace.ts';

/** The strongest lock on each relation over all statements of a script, by name. */
export function strongestLocks(traces: readonly Trace[]): readonly RelationLock[] {
  const modes = new Map<string, LockMode>();
  for (const { relation, mode } of traces.flatMap(({ locks }) => locks)) {
    const held = modes.get(relation);
    if (held === undefined || LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(held)) modes.set(relation, mode);
  }
  return [...modes].map(([relation, mode]) => ({ relation, mode })).toSorted((a, b) => a.relation.localeCompare(b.relation));
}
