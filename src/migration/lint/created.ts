import type { Node, RangeVar } from 'libpg-query';
import { qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { isSerial } from './type-name.ts';

/**
 * Relations a statement makes that were not there before it: nobody else knows them yet, so nobody waits for them.
 * `CREATE TABLE IF NOT EXISTS` proves nothing (the table may be there), unless it is temporary; a new name of an own relation is own.
 */
export function createdBy(node: Node, created: ReadonlySet<string>): readonly string[] {
  if ('CreateStmt' in node) return createdTable(node.CreateStmt);
  if ('CreateForeignTableStmt' in node)
    return unlessThere(node.CreateForeignTableStmt.base?.relation, node.CreateForeignTableStmt.base?.if_not_exists);
  if ('CreateTableAsStmt' in node) return unlessThere(node.CreateTableAsStmt.into?.rel, node.CreateTableAsStmt.if_not_exists);
  if ('SelectStmt' in node) return unlessThere(node.SelectStmt.intoClause?.rel, false);
  if ('ViewStmt' in node) return unlessThere(node.ViewStmt.view, node.ViewStmt.replace);
  if ('CreateSeqStmt' in node) return unlessThere(node.CreateSeqStmt.sequence, node.CreateSeqStmt.if_not_exists);
  if ('CompositeTypeStmt' in node) return unlessThere(node.CompositeTypeStmt.typevar, false);
  if ('IndexStmt' in node) {
    const { idxname, relation } = node.IndexStmt;
    if (idxname === undefined || !created.has(relationOf(relation))) return [];
    return [qualified(relation?.schemaname === undefined ? [idxname] : [relation.schemaname, idxname])];
  }
  if ('RenameStmt' in node) {
    const { relation, newname, subname } = node.RenameStmt;
    if (subname !== undefined || newname === undefined || relation === undefined || !created.has(relationOf(relation))) return [];
    return [qualified(relation.schemaname === undefined ? [newname] : [relation.schemaname, newname])];
  }
  if ('AlterObjectSchemaStmt' in node) {
    const { relation, newschema } = node.AlterObjectSchemaStmt;
    if (relation?.relname === undefined || newschema === undefined || !created.has(relationOf(relation))) return [];
    return [qualified([newschema, relation.relname])];
  }
  return [];
}

function unlessThere(range: RangeVar | undefined, maybe: boolean | undefined): readonly string[] {
  if (range === undefined || (maybe === true && range.relpersistence !== 't')) return [];
  return [relationOf(range)];
}

function createdTable(statement: Extract<Node, { CreateStmt: unknown }>['CreateStmt']): readonly string[] {
  const [table] = unlessThere(statement.relation, statement.if_not_exists);
  if (table === undefined) return [];
  const sequences = (statement.tableElts ?? []).flatMap((element) => {
    if (!('ColumnDef' in element)) return [];
    const { typeName, colname, constraints } = element.ColumnDef;
    const numbered =
      isSerial(typeName) || (constraints ?? []).some((node) => 'Constraint' in node && node.Constraint.contype === 'CONSTR_IDENTITY');
    return numbered ? [quoted(`${statement.relation?.relname ?? ''}_${colname ?? ''}_seq`)] : [];
  });
  return [table, ...sequences];
}

/** Enum and domain types a statement makes, with whether values of the type are checked. */
export function typeCreatedBy(node: Node): { readonly type: string; readonly checked: boolean } | null {
  if ('CreateEnumStmt' in node) return { type: qualified(wordsOf(node.CreateEnumStmt.typeName)), checked: false };
  if (!('CreateDomainStmt' in node)) return null;
  return { type: qualified(wordsOf(node.CreateDomainStmt.domainname)), checked: (node.CreateDomainStmt.constraints ?? []).length > 0 };
}
