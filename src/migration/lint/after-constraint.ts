import type { Constraint, Node } from 'libpg-query';
import { quoted, relationOf, wordsOf } from '../names.ts';
import type { Draft } from './draft.ts';

const NAMES: Readonly<Record<string, string>> = {
  CONSTR_PRIMARY: 'pkey',
  CONSTR_UNIQUE: 'key',
  CONSTR_FOREIGN: 'fkey',
  CONSTR_CHECK: 'check',
  CONSTR_NOTNULL: 'not_null',
};

/** Adds a constraint, with the index it needs. `column` is the one it stands behind, when it stands behind one. */
export function addConstraint(draft: Draft, id: number, constraint: Constraint, column?: string): void {
  const table = draft.catalog.byId(id);
  const suffix = NAMES[constraint.contype ?? ''];
  if (table === null || suffix === undefined) return;
  const using =
    constraint.indexname === undefined ? undefined : draft.catalog.indexesOn(id).find(({ name }) => name === constraint.indexname);
  const keys = constraint.contype === 'CONSTR_FOREIGN' ? constraint.fk_attrs : constraint.keys;
  const written = wordsOf(keys);
  const columns =
    written.length > 0
      ? written
      : using?.index != null
        ? using.index.columns.filter((name) => name !== null)
        : column === undefined
          ? []
          : [column];
  const middle = suffix === 'pkey' ? [] : columns;
  const name = constraint.conname ?? [table.name, ...middle, suffix].join('_');
  const valid = constraint.skip_validation !== true && constraint.is_enforced !== false;
  if (suffix === 'not_null') {
    if (written.length === 0) return;
    draft.addConstraint({ name, kind: 'n', relation: id, valid, columns });
    for (const each of columns) draft.column(table, each, { notNull: true });
    return;
  }
  if (suffix === 'check') {
    const condition = conditionText(constraint.raw_expr);
    draft.addConstraint({
      name,
      kind: 'c',
      relation: id,
      valid,
      columns: table.columns.filter((each) => condition.includes(quoted(each.name))).map((each) => each.name),
      condition,
    });
    return;
  }
  if (suffix === 'fkey') {
    const parent = draft.catalog.relation(relationOf(constraint.pktable));
    const referenced = wordsOf(constraint.pk_attrs);
    const primary = parent === null ? [] : (draft.catalog.constraintsOn(parent.id).find(({ kind }) => kind === 'p')?.columns ?? []);
    draft.addConstraint({
      name,
      kind: 'f',
      relation: id,
      valid,
      columns,
      references: parent?.id ?? 0,
      referencedColumns: referenced.length > 0 ? referenced : primary,
      onDelete: ((constraint.fk_del_action as 'a' | undefined) ?? 'a') || 'a',
    });
    return;
  }
  const index =
    using ??
    draft.addIndex(table, name, { unique: true, valid: true, method: 'btree', columns, included: [], expressions: null, predicate: null });
  draft.addConstraint({ name, kind: suffix === 'pkey' ? 'p' : 'u', relation: id, columns, index: index.id });
  if (suffix === 'pkey') for (const each of columns) draft.column(table, each, { notNull: true });
}

/** A condition as PostgreSQL would write it, as far as a proof of NOT NULL needs it; `?` for everything else. */
export function conditionText(node: Node | undefined): string {
  if (node === undefined) return '?';
  if ('BoolExpr' in node) {
    const word = node.BoolExpr.boolop === 'AND_EXPR' ? ' AND ' : node.BoolExpr.boolop === 'OR_EXPR' ? ' OR ' : ' NOT ';
    return (node.BoolExpr.args ?? []).map((each) => `(${conditionText(each)})`).join(word);
  }
  if ('NullTest' in node && node.NullTest.arg !== undefined && 'ColumnRef' in node.NullTest.arg) {
    const name = quoted(wordsOf(node.NullTest.arg.ColumnRef.fields).at(-1) ?? '');
    return `${name} IS ${node.NullTest.nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : ''}NULL`;
  }
  const named = [...JSON.stringify(node).matchAll(/"ColumnRef":\{"fields":\[\{"String":\{"sval":"([^"]+)"/g)].map((match) =>
    quoted(match[1] ?? ''),
  );
  return `? ${named.join(' ')}`.trim();
}
