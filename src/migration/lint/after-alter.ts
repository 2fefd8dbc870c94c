import type { CatalogRelation } from '../../domain/catalog.ts';
import { qualified, relationOf, wordsOf } from '../names.ts';
import { addConstraint } from './after-constraint.ts';
import { addColumn } from './after-table.ts';
import { sizedType } from './column-type.ts';
import type { Draft } from './draft.ts';
import type { NodeOf } from './effect.ts';
import { descendantsOf, fallOf, object } from './reach.ts';

/** What ALTER TABLE leaves behind, on the table and on those below it. */
export function afterAlter(draft: Draft, statement: NodeOf<'AlterTableStmt'>): void {
  const table = draft.catalog.relation(relationOf(statement.relation));
  if (table === null) return;
  const below = statement.relation?.inh === true ? descendantsOf(draft.catalog, table) : [];
  for (const node of statement.cmds ?? []) {
    if (!('AlterTableCmd' in node)) continue;
    for (const each of goesDown(node.AlterTableCmd) ? [table, ...below] : [table]) apply(draft, each.id, node.AlterTableCmd);
  }
}

function goesDown({ subtype }: NodeOf<'AlterTableCmd'>): boolean {
  return /Column|NotNull|Constraint|Default/.test(subtype ?? '');
}

function apply(draft: Draft, id: number, command: NodeOf<'AlterTableCmd'>): void {
  const table = draft.catalog.byId(id);
  if (table === null) return;
  const { def, name = '' } = command;
  switch (command.subtype) {
    case 'AT_AddColumn':
      if (def !== undefined && 'ColumnDef' in def) addColumn(draft, id, def.ColumnDef);
      return;
    case 'AT_DropColumn':
      return dropColumn(draft, table, name, command.behavior === 'DROP_CASCADE');
    case 'AT_AlterColumnType':
      if (def !== undefined && 'ColumnDef' in def) draft.column(table, name, sizedType(draft.catalog, def.ColumnDef.typeName));
      return;
    case 'AT_SetNotNull':
      return draft.column(table, name, { notNull: true });
    case 'AT_DropNotNull':
      return draft.column(table, name, { notNull: false });
    case 'AT_ColumnDefault':
      return draft.column(table, name, { hasDefault: def !== undefined });
    case 'AT_AddConstraint':
      if (def !== undefined && 'Constraint' in def) addConstraint(draft, id, def.Constraint);
      return;
    case 'AT_ValidateConstraint':
    case 'AT_DropConstraint':
      return onConstraint(draft, table, command);
    default:
      return applyToTable(draft, table, command);
  }
}

function applyToTable(draft: Draft, table: CatalogRelation, { subtype, def, name = '', newowner }: NodeOf<'AlterTableCmd'>): void {
  if (subtype === 'AT_SetLogged') draft.relation(table.id, { persistence: 'p' });
  if (subtype === 'AT_SetUnLogged') draft.relation(table.id, { persistence: 'u' });
  if (subtype === 'AT_SetTableSpace') draft.relation(table.id, { tablespace: name });
  if (subtype === 'AT_SetAccessMethod') draft.relation(table.id, { accessMethod: name });
  if (subtype === 'AT_ChangeOwner' && newowner?.rolename !== undefined) draft.relation(table.id, { owner: newowner.rolename });
  if (subtype === 'AT_AddInherit' || subtype === 'AT_DropInherit') {
    const parent = def !== undefined && 'RangeVar' in def ? draft.catalog.relation(relationOf(def.RangeVar)) : null;
    if (parent === null) return;
    const others = table.parents.filter((each) => each !== parent.id);
    draft.relation(table.id, { parents: subtype === 'AT_AddInherit' ? [...others, parent.id] : others });
  }
  if (subtype === 'AT_AttachPartition' || subtype === 'AT_DetachPartition') {
    const part = def !== undefined && 'PartitionCmd' in def ? def.PartitionCmd : {};
    const partition = draft.catalog.relation(relationOf(part.name));
    if (partition === null || partition.index !== null) return;
    const attached = subtype === 'AT_AttachPartition';
    const kind = part.bound?.is_default === true ? 'default' : 'partition';
    draft.relation(partition.id, attached ? { parents: [table.id], partition: kind } : { parents: [], partition: 'none' });
  }
}

function dropColumn(draft: Draft, table: CatalogRelation, name: string, cascade: boolean): void {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) return;
  const { objects } = fallOf(draft.catalog, [{ kind: 'relation', id: table.id, column: column.number }], cascade);
  const own = draft.catalog.constraintsOn(table.id).filter(({ columns }) => columns.includes(name));
  const indexes = draft.catalog.indexesOn(table.id).filter(({ index }) => index?.columns.includes(name) === true);
  draft.remove([...objects, ...own.map(({ id }) => object('constraint', id)), ...indexes.map(({ id }) => object('relation', id))]);
}

function onConstraint(draft: Draft, table: CatalogRelation, { subtype, name, behavior }: NodeOf<'AlterTableCmd'>): void {
  const constraint = draft.catalog.constraintsOn(table.id).find((each) => each.name === name);
  if (constraint === undefined) return;
  if (subtype === 'AT_ValidateConstraint') draft.constraint(constraint.id, { valid: true });
  else draft.remove(fallOf(draft.catalog, [object('constraint', constraint.id)], behavior === 'DROP_CASCADE').objects);
}

/** What ALTER DOMAIN leaves behind. */
export function afterAlterDomain(draft: Draft, { typeName, subtype, name, def }: NodeOf<'AlterDomainStmt'>): void {
  const type = draft.catalog.type(qualified(wordsOf(typeName)));
  if (type === null) return;
  const domain = `${type.schema}.${type.name}`;
  const known = draft.catalog.constraintsOfDomain(domain).find((each) => each.name === name);
  if (subtype === 'C' && def !== undefined && 'Constraint' in def) {
    draft.addConstraint({
      name: def.Constraint.conname ?? `${type.name}_check`,
      kind: 'c',
      relation: 0,
      domain,
      valid: def.Constraint.skip_validation !== true,
    });
  }
  if (subtype === 'V' && known !== undefined) draft.constraint(known.id, { valid: true });
  if (subtype === 'X' && known !== undefined) draft.remove([object('constraint', known.id)]);
  if (subtype === 'O' || subtype === 'N') {
    draft.change({ types: draft.state.types.map((each) => (each.id === type.id ? { ...each, notNull: subtype === 'O' } : each)) });
  }
}
