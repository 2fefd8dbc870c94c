import type { Node } from 'libpg-query';
import type { CatalogState, CatalogTrigger } from '../../domain/catalog.ts';
import { objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { constantText } from '../walk.ts';
import { afterAlter, afterAlterDomain } from './after-alter.ts';
import { afterCreate } from './after-create.ts';
import { afterNamed } from './after-named.ts';
import { Draft } from './draft.ts';
import type { NodeOf } from './effect.ts';
import { fallOf, object } from './reach.ts';
import type { CatalogObject } from './reach.ts';

/**
 * The catalog as it is once a statement has run: what it makes, changes and takes away, as far as later verdicts depend on
 * it. The state before is left as it was. A statement that is not known changes nothing here; the rehearsal sees the rest.
 */
export function stateAfter(state: CatalogState, node: Node): CatalogState {
  const draft = new Draft(state);
  if ('AlterTableStmt' in node) afterAlter(draft, node.AlterTableStmt);
  else if ('AlterDomainStmt' in node) afterAlterDomain(draft, node.AlterDomainStmt);
  else if ('RenameStmt' in node) afterRename(draft, node.RenameStmt);
  else if ('AlterObjectSchemaStmt' in node) afterMove(draft, node.AlterObjectSchemaStmt);
  else if ('DropStmt' in node) afterDrop(draft, node.DropStmt);
  else if ('VariableSetStmt' in node) afterSet(draft, node.VariableSetStmt);
  else if ('InsertStmt' in node) filled(draft, relationOf(node.InsertStmt.relation));
  else if ('CopyStmt' in node && node.CopyStmt.is_from === true) filled(draft, relationOf(node.CopyStmt.relation));
  else if ('MergeStmt' in node) filled(draft, relationOf(node.MergeStmt.relation));
  else if ('TruncateStmt' in node) emptied(draft, node.TruncateStmt);
  else afterCreate(draft, node);
  afterNamed(draft, node);
  return draft.state;
}

/** Rows went in: how many is not known. */
function filled(draft: Draft, name: string): void {
  const relation = draft.catalog.relation(name);
  if (relation?.bytes === 0) draft.relation(relation.id, { bytes: null, rows: null });
}

function emptied(draft: Draft, { relations = [] }: NodeOf<'TruncateStmt'>): void {
  for (const node of relations) {
    const relation = 'RangeVar' in node ? draft.catalog.relation(relationOf(node.RangeVar)) : null;
    if (relation !== null) draft.relation(relation.id, { bytes: 0, rows: 0 });
  }
}

function afterRename(draft: Draft, statement: NodeOf<'RenameStmt'>): void {
  const { renameType, newname = '', subname = '', relation: range } = statement;
  const relation = draft.catalog.relation(relationOf(range));
  if (relation !== null) {
    if (renameType === 'OBJECT_COLUMN' || renameType === 'OBJECT_ATTRIBUTE') draft.column(relation, subname, { name: newname });
    else if (renameType === 'OBJECT_TABCONSTRAINT') {
      const constraint = draft.catalog.constraintsOn(relation.id).find(({ name }) => name === subname);
      if (constraint !== undefined) draft.constraint(constraint.id, { name: newname });
    } else if (renameType === 'OBJECT_TRIGGER') {
      const rename = (each: CatalogTrigger) => (each.relation === relation.id && each.name === subname ? { ...each, name: newname } : each);
      draft.change({ triggers: draft.state.triggers.map(rename) });
    } else if (!/RULE|POLICY/.test(renameType ?? '')) draft.relation(relation.id, { name: newname });
    return;
  }
  const name = qualified(objectWords(statement.object));
  if (renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN') {
    const type = draft.catalog.type(name);
    draft.change({ types: draft.state.types.map((each) => (each === type ? { ...each, name: newname } : each)) });
  }
  if (renameType === 'OBJECT_SCHEMA') {
    const inside = <T extends { readonly schema: string }>(each: T): T => (each.schema === subname ? { ...each, schema: newname } : each);
    const { relations, types, functions, schemas, searchPath } = draft.state;
    draft.change({
      relations: relations.map(inside),
      types: types.map(inside),
      functions: functions.map(inside),
      schemas: schemas.map((each) => (each.name === subname ? { ...each, name: newname } : each)),
      searchPath: searchPath.filter((each) => each !== subname),
    });
  }
}

function afterMove(draft: Draft, statement: NodeOf<'AlterObjectSchemaStmt'>): void {
  const { relation: range, newschema: schema } = statement;
  const relation = range === undefined ? null : draft.catalog.relation(relationOf(range));
  if (relation === null || schema === undefined) return;
  for (const index of draft.catalog.indexesOn(relation.id)) draft.relation(index.id, { schema });
  draft.relation(relation.id, { schema });
}

function afterDrop(draft: Draft, statement: NodeOf<'DropStmt'>): void {
  const { catalog } = draft;
  const type = statement.removeType ?? '';
  const dropped = (statement.objects ?? []).map(objectWords).flatMap((words): readonly CatalogObject[] => {
    const name = qualified(words);
    if (type === 'OBJECT_SCHEMA')
      return catalog.state.schemas.filter((each) => quoted(each.name) === name).map(({ id }) => object('schema', id));
    if (type === 'OBJECT_TRIGGER') {
      const table = catalog.relation(qualified(words.slice(0, -1)));
      const found = table === null ? undefined : catalog.triggersOn(table.id).find((each) => each.name === words.at(-1));
      return found === undefined ? [] : [object('trigger', found.id)];
    }
    if (/FUNCTION|PROCEDURE|ROUTINE/.test(type)) return catalog.functions(name).map(({ id }) => object('function', id));
    const relation = catalog.relation(name);
    if (type !== 'OBJECT_TYPE' && type !== 'OBJECT_DOMAIN') return relation === null ? [] : [object('relation', relation.id)];
    const found = catalog.type(name);
    return [...(found === null ? [] : [object('type', found.id)]), ...(relation?.kind === 'c' ? [object('relation', relation.id)] : [])];
  });
  draft.remove(fallOf(catalog, dropped, statement.behavior === 'DROP_CASCADE').objects);
}

/** Names are looked up elsewhere, or times are read in another zone, from here on. */
function afterSet(draft: Draft, { name = '', kind, args = [] }: NodeOf<'VariableSetStmt'>): void {
  if (kind !== 'VAR_SET_VALUE') return;
  const words = args.flatMap((node) => constantText(node) ?? wordsOf([node]));
  if (name === 'search_path')
    draft.change({ searchPath: words.filter((word) => word !== '' && word !== 'pg_catalog' && word !== '$user') });
  if (name.toLowerCase() === 'timezone' && words[0] !== undefined) draft.change({ timeZone: words[0] });
}
