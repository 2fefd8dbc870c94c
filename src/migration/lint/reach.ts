import type { CatalogColumn, CatalogConstraint, CatalogRelation, Dependency, ObjectKind } from '../../domain/catalog.ts';
import type { RelationLock } from '../../domain/plan.ts';
import type { RoleSpec } from 'libpg-query';
import { quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { lock } from './effect.ts';

/** A column that is there, with its table. */
export type Found = { readonly catalog: Catalog; readonly relation: CatalogRelation; readonly column: CatalogColumn };

/** The column of a table, by unquoted name; null without a catalog and when it is not there. */
export function columnOf(catalog: Catalog | undefined, table: string, name: string | undefined): Found | null {
  const relation = catalog?.relation(table) ?? null;
  const column = relation?.columns.find((each) => each.name === name);
  return catalog === undefined || relation === null || column === undefined ? null : { catalog, relation, column };
}

/** The column a backfill of a table cuts into ranges: its primary key, `id` when that is not known or not one column. */
export function keyOf(catalog: Catalog | undefined, table: string): string {
  const relation = catalog?.relation(table) ?? null;
  const primary = relation === null ? undefined : catalog?.constraintsOn(relation.id).find(({ kind }) => kind === 'p');
  const [only, ...others] = primary?.columns ?? [];
  return only === undefined || others.length > 0 ? 'id' : quoted(only);
}

/** Every relation below one, by partition or INHERITS, however deep; without itself. */
export function descendantsOf(catalog: Catalog, relation: CatalogRelation): readonly CatalogRelation[] {
  const found = new Map<number, CatalogRelation>();
  const visit = (parent: CatalogRelation) => {
    for (const child of catalog.childrenOf(parent.id)) {
      if (found.has(child.id)) continue;
      found.set(child.id, child);
      visit(child);
    }
  };
  visit(relation);
  return [...found.values()];
}

/** Names of a relation and everything below it; the name alone without a catalog, and with ONLY. */
export function family(catalog: Catalog | undefined, name: string, only = false): readonly string[] {
  const relation = catalog?.relation(name) ?? null;
  if (catalog === undefined || relation === null) return [name];
  return [catalog.show(relation), ...(only ? [] : descendantsOf(catalog, relation).map(catalog.show))];
}

/** The DEFAULT partition of a partitioned table. */
export function defaultPartition(catalog: Catalog, relation: CatalogRelation): CatalogRelation | null {
  return catalog.childrenOf(relation.id).find(({ partition }) => partition === 'default') ?? null;
}

/** Whether a relation certainly has no row: no file content, or partitioned with none below. */
export function isEmpty(catalog: Catalog, relation: CatalogRelation): boolean {
  if (relation.kind === 'p') return descendantsOf(catalog, relation).every((child) => child.kind === 'p' || isEmpty(catalog, child));
  return 'rm'.includes(relation.kind) && relation.bytes === 0;
}

export const foreignKeysOf = (catalog: Catalog, relation: CatalogRelation): readonly CatalogConstraint[] =>
  catalog.constraintsOn(relation.id).filter(({ kind }) => kind === 'f');

/** Names of relations with these ids, those that are there. */
export function named(catalog: Catalog, ids: Iterable<number>): readonly string[] {
  return [...new Set(ids)].flatMap((id) => {
    const relation = catalog.byId(id);
    return relation === null ? [] : [catalog.show(relation)];
  });
}

/** One object of the catalog; `column` 0 is the whole of it. */
export type CatalogObject = { readonly kind: ObjectKind; readonly id: number; readonly column: number };

/** The whole of an object. */
export const object = (kind: ObjectKind, id: number): CatalogObject => ({ kind, id, column: 0 });

/** Keeps the locks on anything but indexes: who locks a table has its indexes. */
export const onTables =
  (catalog: Catalog) =>
  ({ relation }: RelationLock): boolean =>
    catalog.relation(relation)?.index == null;

/** What a DROP takes with it. `stops`: what depends on it and is not dropped without CASCADE (2BP01). */
type Fall = { readonly objects: readonly CatalogObject[]; readonly stops: readonly Dependency[] };

/** Follows the dependencies as PostgreSQL does: automatic ones always, the others only with CASCADE. */
export function fallOf(catalog: Catalog, dropped: readonly CatalogObject[], cascade: boolean): Fall {
  const fallen = new Map<string, CatalogObject>();
  const normal: Dependency[] = [];
  const queue = [...dropped];
  for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
    const key = objectKey(object);
    if (fallen.has(key)) continue;
    fallen.set(key, object);
    for (const dependency of catalog.dependentsOn(object.kind, object.id)) {
      if (object.column !== 0 && dependency.on.column !== object.column) continue;
      if (dependency.automatic || cascade) queue.push(dependency.by);
      else normal.push(dependency);
    }
  }
  const isFallen = ({ kind, id, column }: CatalogObject) =>
    fallen.has(objectKey({ kind, id, column })) || fallen.has(objectKey({ kind, id, column: 0 }));
  return { objects: [...fallen.values()], stops: normal.filter(({ by }) => !isFallen(by)) };
}

const objectKey = ({ kind, id, column }: CatalogObject) => `${kind} ${id} ${column}`;

/**
 * The locks of dropping these objects: ACCESS EXCLUSIVE on each relation, on the table of an index, trigger, policy, rule,
 * default or constraint, on the table a foreign key points at, and on a partition's parent and its DEFAULT partition.
 */
export function locksOfFall(catalog: Catalog, objects: readonly CatalogObject[]): readonly RelationLock[] {
  const ids = objects.flatMap(({ kind, id, column }) => {
    if (kind === 'relation') return column === 0 ? relationAndItsOwn(catalog, id) : [id];
    if (kind === 'constraint') {
      const constraint = catalog.state.constraints.find((each) => each.id === id);
      if (constraint === undefined) return [];
      return isInherited(catalog, constraint) ? [constraint.relation] : [constraint.relation, constraint.references];
    }
    if (kind === 'trigger' || kind === 'rule' || kind === 'policy' || kind === 'default') {
      return catalog.dependenciesOf(kind, id).map((each) => each.relation);
    }
    return [];
  });
  return lock('ACCESS EXCLUSIVE', ...named(catalog, ids));
}

/** A partition's copy of a foreign key of its parent has no trigger on the other side. */
function isInherited(catalog: Catalog, { relation, kind, references, columns }: CatalogConstraint): boolean {
  const table = catalog.byId(relation);
  if (kind !== 'f' || table === null || table.partition === 'none') return false;
  return table.parents.some((parent) =>
    catalog
      .constraintsOn(parent)
      .some((each) => each.kind === 'f' && each.references === references && each.columns.join() === columns.join()),
  );
}

function relationAndItsOwn(catalog: Catalog, id: number): readonly number[] {
  const relation = catalog.byId(id);
  if (relation === null) return [];
  if (relation.index !== null) return [relation.index.table, id];
  if (relation.partition === 'none') return [id];
  const parents = relation.parents.flatMap((parent) => catalog.byId(parent) ?? []);
  return [id, ...parents.flatMap((parent) => [parent.id, defaultPartition(catalog, parent)?.id ?? 0])];
}

/** Sequences that belong to a table, or to one of its columns (serial, identity, OWNED BY). */
export function ownedSequences(catalog: Catalog, relation: CatalogRelation, column = 0): readonly CatalogRelation[] {
  return catalog
    .dependentsOn('relation', relation.id)
    .filter((each) => each.automatic && each.by.kind === 'relation' && (column === 0 || each.on.column === column))
    .flatMap(({ by }) => catalog.byId(by.id) ?? [])
    .filter(({ kind }) => kind === 'S');
}

/** Relations a view or materialised view reads, through other views too; itself for a table. */
export function basesOf(catalog: Catalog, relation: CatalogRelation): readonly CatalogRelation[] {
  if (relation.kind !== 'v' && relation.kind !== 'm') return [];
  const found = new Map<number, CatalogRelation>();
  const visit = (view: CatalogRelation) => {
    for (const { on } of catalog.dependenciesOf('relation', view.id)) {
      const base = on.kind === 'relation' ? catalog.byId(on.id) : null;
      if (base === null || base.id === view.id || found.has(base.id) || !'rpvmf'.includes(base.kind)) continue;
      found.set(base.id, base);
      if (base.kind === 'v') visit(base);
    }
  };
  visit(relation);
  return [...found.values()];
}

/** The name of a role as written; CURRENT_USER is the session's. */
export function roleOf(role: RoleSpec | undefined, catalog: Catalog | undefined): string | undefined {
  return role?.roletype === undefined || role.roletype === 'ROLESPEC_CSTRING' ? role?.rolename : catalog?.state.role;
}

/** Tables made OF a composite type, and columns that have it. */
export function typedTables(
  catalog: Catalog | undefined,
  name: string,
): { readonly tables: readonly string[]; readonly columns: readonly string[] } {
  const type = catalog?.relation(name) ?? null;
  if (catalog === undefined || type?.kind !== 'c') return { tables: [], columns: [] };
  const users = catalog.dependentsOn('relation', type.id).flatMap(({ by }) => {
    const user = by.kind === 'relation' ? catalog.byId(by.id) : null;
    return user === null || !'rpm'.includes(user.kind) ? [] : [{ user, column: by.column }];
  });
  const columns = users.flatMap(({ user, column }) => {
    const found = user.columns.find(({ number }) => number === column);
    return found === undefined ? [] : [`${catalog.show(user)}.${quoted(found.name)}`];
  });
  return { tables: users.filter(({ column }) => column === 0).map(({ user }) => catalog.show(user)), columns };
}
