import { LOCK_MODES } from '../../domain/plan.ts';
import { quoted, relationOf } from '../names.ts';
import { namedOnly, relationsRead, walk } from '../walk.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { Effect, Judges, LintContext, NodeOf } from './effect.ts';
import { family, keyOf } from './reach.ts';
import { callsOf, sequenceLocks, writtenLocks } from './row-calls.ts';
import { rowReach } from './row-reach.ts';
import { notUndone } from './server-access.ts';
import { scansOf, scansOfSelect, withBases } from './tables.ts';
import { foreignFunctions } from './volatility.ts';
import { readWholeByChange } from './reads-whole.ts';

/** Rows that change or are read, and explicit locks, rows 30, 31, 114–119. */
export const dml: Judges = {
  UpdateStmt(statement, { context }) {
    const table = relationOf(statement.relation);
    const targets = (statement.targetList ?? []).flatMap((node) => ('ResTarget' in node ? [node.ResTarget] : []));
    const set = targets.map(({ name = '' }) => name);
    const emptied = targets.filter(({ val }) => val !== undefined && 'A_Const' in val && val.A_Const.isnull === true);
    const read = relationsRead([statement.fromClause, statement.whereClause, statement.targetList, statement.withClause]);
    return changing({
      words: 'UPDATE',
      table,
      statement,
      read,
      columns: new Set(set),
      emptied: new Set(emptied.map(({ name = '' }) => name)),
      context,
      twice: set.find((name, at) => set.indexOf(name) !== at),
    });
  },
  DeleteStmt(statement, { context }) {
    const table = relationOf(statement.relation);
    const read = relationsRead([statement.usingClause, statement.whereClause, statement.withClause]);
    return changing({ words: 'DELETE FROM', table, statement, read, columns: null, context, twice: undefined });
  },
  MergeStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.relation);
    const sources = relationsRead([statement.sourceRelation, statement.joinCondition, statement.mergeWhenClauses, statement.withClause]);
    return effect({
      what: `MERGE INTO ${table}`,
      locks: [...lock('ROW EXCLUSIVE', ...family(catalog, table)), ...lock('ACCESS SHARE', ...withBases(catalog, sources))],
      scans:
        catalog === undefined
          ? []
          : readWholeByChange(catalog, {
              target: statement.relation,
              from: statement.sourceRelation === undefined ? [] : [statement.sourceRelation],
              where: statement.joinCondition,
              with: statement.withClause,
            }),
      hazards: [
        ...callsOf(statement),
        warning('many_rows', `Changes rows of ${table} in one transaction and keeps them locked until it ends.`),
      ],
    });
  },
  SelectStmt(statement, { context: { catalog } }) {
    const read = relationsRead(statement);
    const locking = (statement.lockingClause ?? []).length > 0;
    const foreign = foreignFunctions(statement);
    const into = statement.intoClause === undefined ? '' : ` INTO ${relationOf(statement.intoClause.rel)}`;
    return effect({
      what: `SELECT${into}${read.length > 0 ? ` FROM ${read.join(', ')}` : ''}${locking ? ' FOR UPDATE' : ''}`,
      locks: [
        ...lock('ACCESS SHARE', ...withBases(catalog, read, namedOnly(statement))),
        ...(locking ? lock('ROW SHARE', ...withBases(catalog, lockedRows(statement, read), namedOnly(statement))) : []),
        ...writtenLocks(statement),
        ...sequenceLocks(statement),
      ],
      scans: scansOfSelect(statement, catalog),
      known: foreign.length === 0,
      blocks: foreign.length === 0 ? null : 'unknown',
      hazards: [
        ...(foreign.length === 0
          ? []
          : [warning('unknown_shape', `Calls ${foreign.join(', ')}, whose body is not in this statement. The rehearsal's trace decides.`)]),
        ...(locking ? [note('row_locks', 'Keeps the rows locked until its transaction ends.')] : []),
        ...notUndone(statement),
      ],
    });
  },
  LockStmt(statement, { context: { catalog } }) {
    const names = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const mode = LOCK_MODES[(statement.mode ?? 8) - 1] ?? 'ACCESS EXCLUSIVE';
    return effect({
      what: `LOCK TABLE ${names.join(', ')} IN ${mode} MODE`,
      locks: lock(mode, ...withBases(catalog, names, namedOnly(statement.relations))),
      hazards: [warning('explicit_lock', `Keeps ${mode} until its transaction ends.`)],
    });
  },
  CopyStmt(statement, { context: { catalog } }) {
    const table = statement.relation === undefined ? '' : relationOf(statement.relation);
    const from = statement.is_from === true;
    const where = statement.is_program === true ? 'a program of the server' : 'a file of the server';
    return effect({
      what: `COPY ${table} ${from ? 'FROM' : 'TO'} ${statement.is_program === true ? 'PROGRAM' : 'file'}`,
      locks:
        table === ''
          ? lock('ACCESS SHARE', ...withBases(catalog, relationsRead(statement.query), namedOnly(statement.query)))
          : lock(from ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', table),
      scans: table === '' ? scansOf(statement.query, catalog) : from ? [] : [table],
      hazards: [
        danger(
          'server_access',
          `Reaches ${where}, which a rollback does not undo and the rehearsal does not have. Write the rows as INSERT.`,
        ),
      ],
    });
  },
};

/** The tables of FOR UPDATE: those it names by their alias, or all. */
function lockedRows(select: NodeOf<'SelectStmt'>, read: readonly string[]): readonly string[] {
  const named = (select.lockingClause ?? []).flatMap((node) => ('LockingClause' in node ? [node.LockingClause.lockedRels ?? []] : []));
  if (named.length === 0 || named.some((list) => list.length === 0)) return read;
  const aliases = new Set(named.flat().flatMap((node) => ('RangeVar' in node ? [node.RangeVar.relname ?? ''] : [])));
  const found: string[] = [];
  walk(select.fromClause, (key, value) => {
    const alias = (value['alias'] as { aliasname?: string } | undefined)?.aliasname ?? String(value['relname']);
    if (key === 'RangeVar' && aliases.has(alias)) found.push(relationOf(value));
  });
  return found;
}

const FOREIGN_KEYS = dependsOn('the foreign keys and triggers of the table: other tables may be read and locked for each row');

type Changing = {
  readonly words: 'UPDATE' | 'DELETE FROM';
  readonly table: string;
  readonly statement: NodeOf<'UpdateStmt'> | NodeOf<'DeleteStmt'>;
  readonly read: readonly string[];
  readonly columns: ReadonlySet<string> | null;
  /** Those of them that become NULL, which no foreign key looks up. */
  readonly emptied?: ReadonlySet<string>;
  readonly context: LintContext;
  /** A column that is set twice. */
  readonly twice: string | undefined;
};

function changing({ words, table, statement, read, columns, emptied, context: { catalog }, twice }: Changing): Effect {
  const isUpdate = words === 'UPDATE';
  const everything = statement.whereClause === undefined || isTrue(statement.whereClause);
  const backfill = `-- offpeak: backfill table=${table} key=${keyOf(catalog, table)}\n`;
  const recipe = isUpdate
    ? `${backfill}UPDATE ${table} SET … WHERE …;  -- a condition that is false once a row is done`
    : `${backfill}DELETE FROM ${table} WHERE …;`;
  const tables = withBases(catalog, [table], statement.relation?.inh === true ? undefined : new Set([table]));
  const reach = rowReach(catalog, { kind: isUpdate ? 'update' : 'delete', table, columns, ...(emptied === undefined ? {} : { emptied }) });
  const joined = isUpdate ? (statement as NodeOf<'UpdateStmt'>).fromClause : (statement as NodeOf<'DeleteStmt'>).usingClause;
  const whole =
    catalog === undefined
      ? everything
        ? tables
        : []
      : readWholeByChange(catalog, {
          target: statement.relation,
          from: joined,
          where: statement.whereClause,
          values: 'targetList' in statement ? statement.targetList : undefined,
          with: statement.withClause,
        });
  return effect({
    what: `${words} ${table}${everything ? ' (every row)' : ''}`,
    locks: [
      ...lock('ROW EXCLUSIVE', ...tables),
      ...lock('ACCESS SHARE', ...withBases(catalog, read, namedOnly(statement))),
      ...reach.locks,
      ...writtenLocks(statement),
      ...sequenceLocks(statement),
    ],
    scans: [...whole, ...reach.scans],
    hazards: [
      ...callsOf(statement),
      ...notUndone(statement),
      ...reach.hazards,
      ...(catalog === undefined ? [FOREIGN_KEYS] : []),
      ...(twice === undefined ? [] : [fails('42601', `${quoted(twice)} is set twice. Which value is meant?`)]),
      ...(everything
        ? [
            danger(
              'every_row',
              `${isUpdate ? 'Writes' : 'Deletes'} every row of ${table} in one transaction: each stays locked until it ends, and the table ${isUpdate ? 'doubles' : 'keeps its size'}.`,
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
