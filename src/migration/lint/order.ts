import type { Backfill, Hazard } from '../../domain/plan.ts';
import type { Node } from 'libpg-query';
import { danger, warning } from './effect.ts';
import { relationOf } from '../names.ts';
import type { Verdict } from './lint.ts';

/** A statement with its own verdict, in the order of the file. */
type Ordered = {
  readonly node: Node;
  readonly verdict: Verdict;
  readonly inTransaction: boolean;
  readonly backfill: Backfill | null;
};

type Held = { readonly exclusive: ReadonlySet<string>; readonly unproved: ReadonlySet<string> };

const NONE: Held = { exclusive: new Set(), unproved: new Set() };

/**
 * What goes wrong only because statements share a transaction, which keeps every lock until it ends: for each statement
 * the hazards its predecessors cause (rows 59 and 115, N9). Statements that stand alone share nothing.
 */
export function orderHazards(statements: readonly Ordered[]): readonly (readonly Hazard[])[] {
  let held = NONE;
  return statements.map((statement) => {
    if (!statement.inTransaction || statement.backfill !== null) {
      held = NONE;
      return [];
    }
    const hazards = [...keptDuringWork(statement, held), ...validatedTogether(statement, held), ...severalTables(statement, held)];
    held = add(held, statement);
    return hazards;
  });
}

function add(held: Held, { node, verdict }: Ordered): Held {
  return {
    exclusive: new Set([...held.exclusive, ...exclusive(verdict)]),
    unproved: new Set([...held.unproved, ...constraintCommands(node, 'AT_AddConstraint')]),
  };
}

function exclusive(verdict: Verdict): readonly string[] {
  return verdict.locks.filter(({ mode }) => mode === 'ACCESS EXCLUSIVE').map(({ relation }) => relation);
}

/** ALTER and then UPDATE, or any other long work: the lock of the first is kept until the last row (row 115). */
function keptDuringWork({ node, verdict }: Ordered, held: Held): readonly Hazard[] {
  if (held.exclusive.size === 0) return [];
  const tables = [...held.exclusive].join(', ');
  const changesRows =
    'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node || ('InsertStmt' in node && verdict.scans.length > 0);
  const changed = verdict.locks.find(({ mode }) => mode === 'ROW EXCLUSIVE')?.relation;
  if (changesRows && changed !== undefined) {
    const what =
      'InsertStmt' in node ? null : 'UpdateStmt' in node ? `UPDATE ${changed} SET … WHERE …;` : `DELETE FROM ${changed} WHERE …;`;
    const recipe = what === null ? undefined : `-- offpeak: backfill table=${changed} key=id\n${what}`;
    return [
      danger(
        'lock_held_during_write',
        `An earlier statement of this transaction locked ${tables}: nobody reads or writes it until every row here is written. Put this into a file of its own, or run it as a backfill.`,
        recipe,
      ),
    ];
  }
  const long = [...verdict.rewrites, ...verdict.scans];
  const onHeld = long.length > 0 && !long.every((relation) => held.exclusive.has(relation) && exclusive(verdict).includes(relation));
  if (!onHeld) return [];
  return [
    danger(
      'lock_held_during_scan',
      `An earlier statement of this transaction locked ${tables}: nobody reads or writes it while ${[...new Set(long)].join(', ')} is read here. Put this into a file of its own.`,
    ),
  ];
}

/** NOT VALID was meant to keep the scan out of the lock; in one transaction it does not (row 59). */
function validatedTogether({ node }: Ordered, held: Held): readonly Hazard[] {
  const together = constraintCommands(node, 'AT_ValidateConstraint').filter((name) => held.unproved.has(name));
  return together.map((name) =>
    danger(
      'validate_same_transaction',
      `${name} was added in this transaction, so its lock is kept while every row is read. Put VALIDATE into a later file.`,
    ),
  );
}

/** Several strong locks on different tables: each waits in a queue of its own while the others are held, and may deadlock (N9). */
function severalTables({ verdict }: Ordered, held: Held): readonly Hazard[] {
  const others = exclusive(verdict).filter((relation) => !held.exclusive.has(relation));
  if (held.exclusive.size === 0 || others.length === 0) return [];
  return [
    warning(
      'several_strong_locks',
      `Waits for ${others.join(', ')} while ${[...held.exclusive].join(', ')} is locked already; two such transactions can deadlock. One table per file.`,
    ),
  ];
}

/** `table.constraint` of the commands of one kind. */
function constraintCommands(node: Node, subtype: 'AT_AddConstraint' | 'AT_ValidateConstraint'): readonly string[] {
  if (!('AlterTableStmt' in node)) return [];
  const table = relationOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) => {
    if (!('AlterTableCmd' in cmd) || cmd.AlterTableCmd.subtype !== subtype) return [];
    const { def, name } = cmd.AlterTableCmd;
    if (subtype === 'AT_ValidateConstraint') return [`${table}.${name ?? ''}`];
    return def !== undefined && 'Constraint' in def && def.Constraint.skip_validation === true
      ? [`${table}.${def.Constraint.conname ?? ''}`]
      : [];
  });
}
