import type { Node, RangeVar } from 'libpg-query';
import { objectWords, qualified, quoted, relationOf } from '../names.ts';
import { isSerial } from './type-name.ts';

/** Relations this migration made, and those it dropped or renamed away: what is made under such a name is new for certain. */
export type Own = { readonly created: ReadonlySet<string>; readonly gone: ReadonlySet<string> };

/** `own` after one more statement. */
export function ownAfter(own: Own, node: Node): Own {
  return { created: new Set([...own.created, ...createdBy(node, own)]), gone: new Set([...own.gone, ...goneBy(node)]) };
}

/** Names a statement frees. */
function goneBy(node: Node): readonly string[] {
  if ('RenameStmt' in node && node.RenameStmt.subname === undefined) return [relationOf(node.RenameStmt.relation)];
  if ('AlterObjectSchemaStmt' in node) return [relationOf(node.AlterObjectSchemaStmt.relation)];
  return 'DropStmt' in node ? (node.DropStmt.objects ?? []).map((object) => qualified(objectWords(object))) : [];
}

/**
 * Relations a statement makes that were not there before it: nobody else knows them yet, so nobody waits for them.
 * `CREATE TABLE IF NOT EXISTS` proves nothing (the table may be there), unless it is temporary; a new name of an own relation is own.
 */
function createdBy(node: Node, own: Own): readonly string[] {
  const { created } = own;
  if ('CreateStmt' in node) return createdTable(node.CreateStmt, own);
  if ('CreateForeignTableStmt' in node)
    return unlessThere(node.CreateForeignTableStmt.base?.relation, node.CreateForeignTableStmt.base?.if_not_exists, own);
  if ('CreateTableAsStmt' in node) return unlessThere(node.CreateTableAsStmt.into?.rel, node.CreateTableAsStmt.if_not_exists, own);
  if ('SelectStmt' in node) return unlessThere(node.SelectStmt.intoClause?.rel, false, own);
  if ('ViewStmt' in node) return unlessThere(node.ViewStmt.view, node.ViewStmt.replace, own);
  if ('CreateSeqStmt' in node) return unlessThere(node.CreateSeqStmt.sequence, node.CreateSeqStmt.if_not_exists, own);
  if ('CompositeTypeStmt' in node) return unlessThere(node.CompositeTypeStmt.typevar, false, own);
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

function unlessThere(range: RangeVar | undefined, maybe: boolean | undefined, { gone }: Own): readonly string[] {
  if (range === undefined) return [];
  const name = relationOf(range);
  return maybe === true && range.relpersistence !== 't' && !gone.has(name) ? [] : [name];
}

function createdTable(statement: Extract<Node, { CreateStmt: unknown }>['CreateStmt'], own: Own): readonly string[] {
  const [table] = unlessThere(statement.relation, statement.if_not_exists, own);
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
