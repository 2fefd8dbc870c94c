import { quoted, relationOf } from '../names.ts';
import { relationsRead, relationsWritten } from '../walk.ts';
import { effect, lock, note } from './effect.ts';
import type { Judges } from './effect.ts';
import { missingOn, takenOn } from './missing.ts';
import { family } from './reach.ts';

/** Triggers, rules and policies, rows 93–97. */
export const triggersPolicies: Judges = {
  CreateTrigStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.relation);
    return effect({
      what: `CREATE ${statement.replace === true ? 'OR REPLACE ' : ''}TRIGGER ${quoted(statement.trigname ?? '')} ON ${table}`,
      locks: [
        ...lock('SHARE ROW EXCLUSIVE', ...family(catalog, table, catalog?.relation(table)?.kind !== 'p' || statement.row !== true)),
        ...(statement.constrrel === undefined ? [] : lock('ACCESS SHARE', relationOf(statement.constrrel))),
      ],
      hazards: [
        note('writes_wait', `Writes to ${table} wait for the moment it takes.`),
        ...(statement.replace === true ? [] : takenOn(catalog, 'OBJECT_TRIGGER', table, statement.trigname)),
      ],
    });
  },
  RuleStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.relation);
    const inside = [statement.actions, statement.whereClause];
    const others = (names: readonly string[]) => names.filter((name) => name !== 'old' && name !== 'new');
    return effect({
      what: `CREATE RULE ${quoted(statement.rulename ?? '')} ON ${table}`,
      locks: [
        ...lock('ACCESS EXCLUSIVE', table),
        ...lock('ACCESS SHARE', ...others(relationsRead(inside))),
        ...lock('ROW EXCLUSIVE', ...others(relationsWritten(inside))),
      ],
      hazards: statement.replace === true ? [] : takenOn(catalog, 'OBJECT_RULE', table, statement.rulename),
    });
  },
  CreatePolicyStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.table);
    return effect({
      what: `CREATE POLICY ${quoted(statement.policy_name ?? '')} ON ${table}`,
      locks: [...lock('ACCESS EXCLUSIVE', table), ...lock('ACCESS SHARE', ...relationsRead([statement.qual, statement.with_check]))],
      hazards: takenOn(catalog, 'OBJECT_POLICY', table, statement.policy_name),
    });
  },
  AlterPolicyStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.table);
    return effect({
      what: `ALTER POLICY ${quoted(statement.policy_name ?? '')} ON ${table}`,
      locks: [...lock('ACCESS EXCLUSIVE', table), ...lock('ACCESS SHARE', ...relationsRead([statement.qual, statement.with_check]))],
      hazards: missingOn(catalog, 'OBJECT_POLICY', table, statement.policy_name),
    });
  },
  CreateEventTrigStmt: () =>
    effect({ what: 'CREATE EVENT TRIGGER', hazards: [note('event_trigger', 'Runs at every later DDL of this database.')] }),
  AlterEventTrigStmt: () => effect({ what: 'ALTER EVENT TRIGGER' }),
};
