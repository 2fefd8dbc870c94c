import { LOCK_MODES } from '../../domain/plan.ts';
import { relationOf } from '../names.ts';
import { relationsRead, relationsWritten } from '../walk.ts';
import { sequencesOf } from './add-column.ts';
import { danger, dependsOn, effect, lock, note, warning } from './effect.ts';
import type { Effect, Judges, NodeOf } from './effect.ts';
import { scansOf, scansOfSelect } from './tables.ts';
import { foreignFunctions } from './volatility.ts';

/** Rows and explicit locks, rows 30, 31, 114–119. */
export const dml: Judges = {
  InsertStmt(statement) {
    const table = relationOf(statement.relation);
    const select = statement.selectStmt;
    const scans = scansOf(select);
    return effect({
      what: `INSERT INTO ${table}`,
      locks: [
        ...lock('ROW EXCLUSIVE', table),
        ...lock('ACCESS SHARE', ...relationsRead([select, statement.withClause])),
        ...writtenLocks(statement),
        ...sequenceLocks(statement),
      ],
      scans,
      hazards: [
        ...callsOf(statement),
        ...(scans.length > 0
          ? [note('copies_table', `Copies ${scans.join(', ')} whole in one transaction. Cut it into ranges of the key when it is large.`)]
          : []),
      ],
    });
  },
  UpdateStmt(statement) {
    const table = relationOf(statement.relation);
    return changing(
      'UPDATE',
      table,
      statement,
      relationsRead([statement.fromClause, statement.whereClause, statement.targetList, statement.withClause]),
    );
  },
  DeleteStmt(statement) {
    const table = relationOf(statement.relation);
    return changing('DELETE FROM', table, statement, relationsRead([statement.usingClause, statement.whereClause, statement.withClause]));
  },
  MergeStmt(statement) {
    const table = relationOf(statement.relation);
    const sources = relationsRead([statement.sourceRelation, statement.joinCondition, statement.mergeWhenClauses, statement.withClause]);
    return effect({
      what: `MERGE INTO ${table}`,
      locks: [...lock('ROW EXCLUSIVE', table), ...lock('ACCESS SHARE', ...sources)],
      scans: [],
      hazards: [
        ...callsOf(statement),
        warning('many_rows', `Changes rows of ${table} in one transaction and keeps them locked until it ends.`),
      ],
    });
  },
  SelectStmt(statement) {
    const read = relationsRead(statement);
    const locking = (statement.lockingClause ?? []).length > 0;
    const foreign = foreignFunctions(statement);
    const into = statement.intoClause === undefined ? '' : ` INTO ${relationOf(statement.intoClause.rel)}`;
    return effect({
      what: `SELECT${into}${read.length > 0 ? ` FROM ${read.join(', ')}` : ''}${locking ? ' FOR UPDATE' : ''}`,
      locks: [...lock(locking ? 'ROW SHARE' : 'ACCESS SHARE', ...read), ...writtenLocks(statement), ...sequenceLocks(statement)],
      scans: scansOfSelect(statement),
      known: foreign.length === 0,
      blocks: foreign.length === 0 ? null : 'unknown',
      hazards: [
        ...(foreign.length === 0
          ? []
          : [warning('unknown_shape', `Calls ${foreign.join(', ')}, whose body is not in this statement. The rehearsal's trace decides.`)]),
        ...(locking ? [note('row_locks', 'Keeps the rows locked until its transaction ends.')] : []),
      ],
    });
  },
  TruncateStmt(statement) {
    const names = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const cascade = statement.behavior === 'DROP_CASCADE';
    return effect({
      what: `TRUNCATE ${names.join(', ')}${cascade ? ' CASCADE' : ''}`,
      locks: lock('ACCESS EXCLUSIVE', ...names),
      rewrites: names,
      hazards: [
        danger('truncate', `Every row of ${names.join(', ')} is gone, and nobody reads or writes it meanwhile.`),
        ...(cascade
          ? [
              danger('cascade', 'CASCADE empties every table that refers to it, and theirs. Name the tables.'),
              dependsOn('the foreign keys that point at it'),
            ]
          : []),
      ],
    });
  },
  LockStmt(statement) {
    const names = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const mode = LOCK_MODES[(statement.mode ?? 8) - 1] ?? 'ACCESS EXCLUSIVE';
    return effect({
      what: `LOCK TABLE ${names.join(', ')} IN ${mode} MODE`,
      locks: lock(mode, ...names),
      hazards: [warning('explicit_lock', `Keeps ${mode} until its transaction ends.`)],
    });
  },
  CopyStmt(statement) {
    const table = statement.relation === undefined ? '' : relationOf(statement.relation);
    const from = statement.is_from === true;
    const where = statement.is_program === true ? 'a program of the server' : 'a file of the server';
    return effect({
      what: `COPY ${table} ${from ? 'FROM' : 'TO'} ${statement.is_program === true ? 'PROGRAM' : 'file'}`,
      locks: table === '' ? lock('ACCESS SHARE', ...relationsRead(statement.query)) : lock(from ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', table),
      scans: from || table === '' ? [] : [table],
      hazards: [
        danger(
          'server_access',
          `Reaches ${where}, which a rollback does not undo and the rehearsal does not have. Write the rows as INSERT.`,
        ),
      ],
    });
  },
};

function changing(words: string, table: string, statement: NodeOf<'UpdateStmt'> | NodeOf<'DeleteStmt'>, read: readonly string[]): Effect {
  const everything = statement.whereClause === undefined || isTrue(statement.whereClause);
  const recipe =
    words === 'UPDATE'
      ? `-- offpeak: backfill table=${table} key=id\nUPDATE ${table} SET … WHERE …;  -- a condition that is false once a row is done`
      : `-- offpeak: backfill table=${table} key=id\nDELETE FROM ${table} WHERE …;`;
  return effect({
    what: `${words} ${table}${everything ? ' (every row)' : ''}`,
    locks: [...lock('ROW EXCLUSIVE', table), ...lock('ACCESS SHARE', ...read), ...writtenLocks(statement), ...sequenceLocks(statement)],
    scans: everything ? [table] : [],
    hazards: [
      ...callsOf(statement),
      ...(everything
        ? [
            danger(
              'every_row',
              `${words === 'UPDATE' ? 'Writes' : 'Deletes'} every row of ${table} in one transaction: each stays locked until it ends, and the table ${words === 'UPDATE' ? 'doubles' : 'keeps its size'}.`,
              recipe,
            ),
          ]
        : [note('row_locks', 'Keeps the rows it changes locked until its transaction ends; the rehearsal counts them.')]),
    ],
  });
}

/** `WHERE true`, `WHERE 1 = 1`: a condition that is none. */
function isTrue(where: unknown): boolean {
  return withoutPlaces(where).startsWith('{"A_Const":{"boolval":{"boolval":true}') || isSameOnBothSides(where);
}

function isSameOnBothSides(where: unknown): boolean {
  if (where === null || typeof where !== 'object' || !('A_Expr' in where)) return false;
  const { name, lexpr, rexpr } = where.A_Expr as NodeOf<'A_Expr'>;
  if (lexpr === undefined || rexpr === undefined || !('A_Const' in lexpr)) return false;
  return JSON.stringify(name).includes('"="') && withoutPlaces(lexpr) === withoutPlaces(rexpr);
}

function withoutPlaces(node: unknown): string {
  return JSON.stringify(node).replaceAll(/,?"location":-?\d+/g, '');
}

/** Functions of the user in a statement that changes rows: its own locks are known, theirs are not. */
function callsOf(tree: unknown) {
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
function writtenLocks(tree: unknown) {
  return lock('ROW EXCLUSIVE', ...relationsWritten(tree));
}

function sequenceLocks(tree: unknown) {
  return lock('ROW EXCLUSIVE', ...sequencesOf(tree));
}
