import { relationsWritten } from '../walk.ts';
import { sequencesOf } from './add-column.ts';
import { lock, note } from './effect.ts';
import { foreignFunctions } from './volatility.ts';

/** Functions of the user in a statement that changes rows: its own locks are known, theirs are not. */
export function callsOf(tree: unknown) {
  const names = [...new Set(foreignFunctions(tree))];
  return names.length === 0
    ? []
    : [
        note(
          'calls_function',
          `Calls ${names.join(', ')}, whose body is not in this statement. The rehearsal's trace shows what it locks.`,
        ),
      ];
}

/** Tables that a WITH clause changes. */
export function writtenLocks(tree: unknown) {
  return lock('ROW EXCLUSIVE', ...relationsWritten(tree));
}

/** Sequences whose next number a statement takes. */
export function sequenceLocks(tree: unknown) {
  return lock('ROW EXCLUSIVE', ...sequencesOf(tree));
}
