import type { CatalogColumn, CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { quoted, relationOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { fails } from './effect.ts';
import type { NodeOf } from './effect.ts';
import { hasOn } from './missing.ts';

type Command = NodeOf<'AlterTableCmd'>;
type On = { readonly catalog: Catalog; readonly relation: CatalogRelation; readonly serverMajor: number; readonly recurses: boolean };

/** What kinds of relation each command of ALTER TABLE is for (ATSimplePermissions); those left out are not looked at. */
const KINDS: Readonly<Record<string, string>> = {
  AT_AddColumn: 'rpf',
  AT_DropColumn: 'rpf',
  AT_ColumnDefault: 'rpvf',
  AT_SetNotNull: 'rpf',
  AT_DropNotNull: 'rpf',
  AT_SetExpression: 'rpf',
  AT_DropExpression: 'rpf',
  AT_AlterColumnType: 'rpf',
  AT_AddConstraint: 'rpf',
  AT_DropConstraint: 'rpf',
  AT_ValidateConstraint: 'rpf',
  AT_EnableRowSecurity: 'rp',
  AT_DisableRowSecurity: 'rp',
  AT_ForceRowSecurity: 'rp',
  AT_SetUnLogged: 'rpS',
  AT_SetLogged: 'rpS',
};

/** Why PostgreSQL refuses a command on a relation that is there. */
export function refusedCommand(command: Command, on: On): readonly Hazard[] {
  const { catalog, relation, serverMajor } = on;
  const { subtype = '' } = command as { subtype?: string };
  const table = catalog.show(relation);
  const kinds = KINDS[subtype];
  if (kinds !== undefined && !kinds.includes(relation.kind)) return [fails('42809', `${table} is not a table.`)];
  if (/Logged$/i.test(subtype)) {
    if ((relation.kind === 'S' && serverMajor < 15) || (relation.kind === 'p' && serverMajor >= 18))
      return [fails('42809', `${table} is not a plain table.`)];
    return subtype === 'AT_SetUnLogged' && isPublished(catalog, relation)
      ? [fails('55000', `${table} is in a publication, and its changes would not reach it.`)]
      : [];
  }
  if (/^AT_(?:Enable|Disable)\w*(?:Trig|Rule)$/.test(subtype)) {
    const type = subtype.endsWith('Rule') ? 'OBJECT_RULE' : 'OBJECT_TRIGGER';
    return hasOn(catalog, type, table, command.name)
      ? []
      : [fails('42704', `${table} has no ${type.slice(7).toLowerCase()} ${quoted(command.name ?? '')}.`)];
  }
  if (/Partition$|Inherit$/.test(subtype)) return ofFamily(command, on);
  if (/Constraint$|^AT_ReplicaIdentity$/.test(subtype)) return ofConstraint(command, on);
  const column = relation.columns.find(({ name }) => name === command.name);
  return column === undefined ? [] : ofColumn(command, column, on);
}

const isPublished = (catalog: Catalog, { id }: CatalogRelation) =>
  catalog.state.named.some(({ kind, relations }) => kind === 'publication' && relations.includes(id));

const FIXED = /^(?:bool|int2|int4|int8|float4|float8|date|time|timetz|timestamp|timestamptz|interval|uuid|oid|money|macaddr|char)$/;

function ofColumn(command: Command, column: CatalogColumn, on: On): readonly Hazard[] {
  const { catalog, relation, recurses } = on;
  const name = `${catalog.show(relation)}.${quoted(column.name)}`;
  const inherited = relation.parents.some((id) => catalog.byId(id)?.columns.some((each) => each.name === column.name) === true);
  const hasChildren = !recurses && catalog.childrenOf(relation.id).length > 0;
  switch (command.subtype) {
    case 'AT_DropColumn':
      if (relation.partitionKey.includes(column.name)) return [fails('42P16', `${name} is in the partition key.`)];
      return inherited && relation.partition === 'none' ? [fails('42P16', `${name} is inherited: drop it on the table above.`)] : [];
    case 'AT_AlterColumnType':
      return inherited || hasChildren ? [fails('42P16', `${name} is inherited: change it on the table above, without ONLY.`)] : [];
    case 'AT_AddIdentity':
      if (column.identity) return [fails('55000', `${name} is an identity column already.`)];
      if (!column.notNull) return [fails('55000', `${name} may be NULL; an identity column may not.`)];
      return column.hasDefault ? [fails('55000', `${name} has a default already.`)] : [];
    case 'AT_DropIdentity':
    case 'AT_SetIdentity':
      return column.identity || command.missing_ok === true ? [] : [fails('55000', `${name} is no identity column.`)];
    case 'AT_DropExpression':
    case 'AT_SetExpression':
      return column.generated !== null || command.missing_ok === true ? [] : [fails('55000', `${name} is no generated column.`)];
    case 'AT_ColumnDefault':
      return column.identity || column.generated !== null
        ? [fails('42601', `${name} is ${column.identity ? 'an identity' : 'a generated'} column.`)]
        : [];
    case 'AT_SetCompression':
      return FIXED.test(column.type) && !JSON.stringify(command.def ?? '').includes('"default"')
        ? [fails('0A000', `${name} is ${column.type}, which is never compressed.`)]
        : [];
    case 'AT_SetNotNull':
      return relation.kind === 'p' && hasChildren ? [fails('42P16', `its partitions need it too. Leave ONLY away.`)] : [];
    default:
      return [];
  }
}

function ofConstraint({ subtype, def, name }: Command, { catalog, relation, recurses }: On): readonly Hazard[] {
  const table = catalog.show(relation);
  const has = (id: number) => catalog.constraintsOn(id).some((each) => each.name === name && each.kind === 'c');
  if (subtype === 'AT_DropConstraint')
    return relation.parents.some(has) ? [fails('42P16', `${quoted(name ?? '')} is inherited: drop it on the table above.`)] : [];
  const constraint = def !== undefined && 'Constraint' in def ? def.Constraint : {};
  const identity = def !== undefined && 'ReplicaIdentityStmt' in def ? def.ReplicaIdentityStmt.name : undefined;
  const index = catalog.indexesOn(relation.id).find((each) => each.name === (constraint.indexname ?? identity))?.index ?? null;
  if (index !== null && (!index.unique || index.predicate !== null || index.expressions !== null))
    return [fails('42809', `that index of ${table} is not unique, or not for every row.`)];
  const mayBeNull = index?.columns.some((each) => relation.columns.some((column) => column.name === each && !column.notNull)) === true;
  if (identity !== undefined && mayBeNull) return [fails('42809', `a column of ${quoted(identity)} may be NULL.`)];
  if (constraint.contype !== 'CONSTR_CHECK') return [];
  const only = !recurses && constraint.is_no_inherit !== true && catalog.childrenOf(relation.id).length > 0;
  if (relation.kind === 'p' && constraint.is_no_inherit === true)
    return [fails('42P16', `${table} is partitioned, and each partition has the CHECK.`)];
  return only ? [fails('42P16', `the tables below ${table} need the CHECK too. Leave ONLY away.`)] : [];
}

function ofFamily({ subtype, def }: Command, { catalog, relation, serverMajor }: On): readonly Hazard[] {
  const table = catalog.show(relation);
  const range =
    def === undefined ? undefined : 'PartitionCmd' in def ? def.PartitionCmd.name : 'RangeVar' in def ? def.RangeVar : undefined;
  const other = range === undefined ? null : catalog.relation(relationOf(range));
  if (subtype === 'AT_AttachPartition' || subtype === 'AT_DetachPartition') {
    if (relation.kind !== 'p')
      return relation.kind === 'I' ? [] : [fails(serverMajor >= 18 ? '42809' : '42P17', `${table} is not partitioned.`)];
    if (other === null) return [];
    const isChild = other.parents.includes(relation.id);
    if (subtype === 'AT_DetachPartition') return isChild ? [] : [fails('42P01', `${catalog.show(other)} is no partition of ${table}.`)];
    const fallback = catalog.childrenOf(relation.id).some(({ partition }) => partition === 'default');
    const isDefault = def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.bound?.is_default === true;
    if (other.partition !== 'none') return [fails('42809', `${catalog.show(other)} is a partition already.`)];
    if (isDefault && fallback) return [fails('42P17', `${table} has a DEFAULT partition already.`)];
    if (other.kind === 'r' && (other.parents.length > 0 || catalog.childrenOf(other.id).length > 0))
      return [fails('42809', `${catalog.show(other)} inherits, or is inherited from.`)];
    return unlike(catalog, other, relation, true);
  }
  if (other === null) return [];
  const isChild = relation.parents.includes(other.id);
  if (subtype === 'AT_DropInherit') return isChild ? [] : [fails('42P01', `${catalog.show(other)} is no parent of ${table}.`)];
  return isChild ? [fails('42P07', `${table} inherits from ${catalog.show(other)} already.`)] : unlike(catalog, relation, other, false);
}

/** A child has every column of its parent, of the same type and as strict; a partition has no other. */
function unlike(catalog: Catalog, child: CatalogRelation, parent: CatalogRelation, exactly: boolean): readonly Hazard[] {
  if (child.columns.length === 0 || parent.columns.length === 0) return [];
  const fits = parent.columns.every((wanted) =>
    child.columns.some(({ name, type, notNull }) => name === wanted.name && type === wanted.type && (notNull || !wanted.notNull)),
  );
  const strange = exactly && child.columns.some(({ name }) => !parent.columns.some((each) => each.name === name));
  return fits && !strange ? [] : [fails('42804', `the columns of ${catalog.show(child)} are not those of ${catalog.show(parent)}.`)];
}

const FAMILIES: readonly RegExp[] = [
  /^(?:int2|int4|int8|numeric|float4|float8|oid)$/,
  /^(?:text|varchar|bpchar|name)$/,
  /^(?:date|timestamp|timestamptz)$/,
  /^uuid$/,
  /^bool$/,
  /^xml$/,
];

/** Why PostgreSQL refuses a foreign key: what it points at, and whether the columns can be compared. */
export function refusedKey(
  catalog: Catalog,
  key: { readonly parent: string; readonly columns: readonly string[]; readonly types: readonly (string | undefined)[] },
): readonly Hazard[] {
  const parent = catalog.relation(key.parent);
  if (parent === null) return [];
  const name = catalog.show(parent);
  if (!'rp'.includes(parent.kind)) return [fails('42809', `${name} is no table.`)];
  const primary = catalog.constraintsOn(parent.id).find(({ kind }) => kind === 'p');
  if (key.columns.length === 0 && primary === undefined)
    return [fails('42704', `${name} has no primary key, and a foreign key needs one to point at.`)];
  const wanted = key.columns.length > 0 ? key.columns : (primary?.columns ?? []);
  const missing = parent.columns.length === 0 ? undefined : wanted.find((each) => !parent.columns.some((column) => column.name === each));
  if (missing !== undefined) return [fails('42703', `${name} has no column ${quoted(missing)}.`)];
  if (wanted.length !== key.types.length) return [fails('42830', `it has ${key.types.length} columns and points at ${wanted.length}.`)];
  const same = (columns: readonly (string | null)[]) => columns.length === wanted.length && wanted.every((each) => columns.includes(each));
  const isKey = catalog.indexesOn(parent.id).some(({ index }) => index?.unique === true && index.predicate === null && same(index.columns));
  if (!isKey)
    return [
      fails('42830', `${name} has no unique index on exactly ${wanted.map(quoted).join(', ')}, and a foreign key needs one to point at.`),
    ];
  const odd = wanted.findIndex((each, at) => {
    const [own, theirs] = [key.types[at], parent.columns.find((column) => column.name === each)?.type].map((type) =>
      FAMILIES.findIndex((family) => family.test(type ?? '')),
    );
    return own !== -1 && theirs !== -1 && own !== theirs;
  });
  return odd === -1 ? [] : [fails('42804', `${key.types[odd]} is not compared with ${name}.${quoted(wanted[odd] ?? '')}.`)];
}

/** A unique key of a partitioned table has the columns of its partition key. */
export function refusedUnique(catalog: Catalog | undefined, table: string, columns: readonly (string | null)[]): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  if (relation === null || columns.length === 0) return [];
  const missing =
    relation.columns.length === 0
      ? undefined
      : columns.find((name) => name !== null && !relation.columns.some((each) => each.name === name));
  if (missing != null) return [fails('42703', `${table} has no column ${quoted(missing)}.`)];
  const xml = columns.find((name) => relation.columns.some((each) => each.name === name && /^(?:xml|json|point)$/.test(each.type)));
  if (xml != null) return [fails('42704', `${quoted(xml)} is of a type without an order, which no index of this kind takes.`)];
  const key = relation.partitionKey.find((name) => !columns.includes(name));
  return relation.kind === 'p' && key !== undefined
    ? [fails('0A000', `${table} is partitioned by ${quoted(key ?? 'an expression')}, which a unique key has to contain.`)]
    : [];
}

/** Columns a constraint or index names that are not there. */
export function refusedColumns(catalog: Catalog | undefined, table: string, names: readonly string[]): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  if (relation === null || relation.columns.length === 0) return [];
  const missing = names.find((name) => !relation.columns.some((each) => each.name === name));
  return missing === undefined ? [] : [fails('42703', `${table} has no column ${quoted(missing)}.`)];
}
