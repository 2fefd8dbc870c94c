import type {
  CatalogConstraint,
  CatalogFunction,
  CatalogRelation,
  CatalogState,
  CatalogTrigger,
  CatalogType,
  Dependency,
  ObjectKind,
} from '../../domain/catalog.ts';
import { nameParts, qualified, quoted } from '../names.ts';

/**
 * Questions to a snapshot of the live schema. Names are read as PostgreSQL reads them, along the search path; answers are
 * null where nothing of that name is there.
 */
export type Catalog = {
  readonly state: CatalogState;
  readonly relation: (name: string) => CatalogRelation | null;
  readonly byId: (id: number) => CatalogRelation | null;
  /** The name of a relation as `regclass::text` writes it: without its schema where that is not needed. */
  readonly show: (relation: CatalogRelation) => string;
  readonly type: (name: string) => CatalogType | null;
  /** The key under which columns name a type, for a name as written: `int4`, `s.dom`. */
  readonly typeKey: (name: string) => string;
  readonly functions: (name: string) => readonly CatalogFunction[];
  readonly constraintsOn: (relation: number) => readonly CatalogConstraint[];
  readonly constraintsOfDomain: (type: string) => readonly CatalogConstraint[];
  /** Foreign keys of other tables (and its own) that point at a relation. */
  readonly foreignKeysTo: (relation: number) => readonly CatalogConstraint[];
  readonly indexesOn: (relation: number) => readonly CatalogRelation[];
  readonly triggersOn: (relation: number) => readonly CatalogTrigger[];
  readonly childrenOf: (relation: number) => readonly CatalogRelation[];
  readonly dependentsOn: (kind: ObjectKind, id: number) => readonly Dependency[];
  readonly dependenciesOf: (kind: ObjectKind, id: number) => readonly Dependency[];
};

const opened = new WeakMap<CatalogState, Catalog>();

/** The questions of one snapshot; the same state answers with the same lookups. */
export function catalogOf(state: CatalogState): Catalog {
  const known = opened.get(state) ?? open(state);
  opened.set(state, known);
  return known;
}

function open(state: CatalogState): Catalog {
  const { searchPath } = state;
  const byId = lazy(() => new Map(state.relations.map((relation) => [relation.id, relation])));
  const byName = lazy(() => new Map(state.relations.map((relation) => [key(relation.schema, relation.name), relation])));
  const types = lazy(() => new Map(state.types.map((type) => [key(type.schema, type.name), type])));
  const functions = lazy(() => grouped(state.functions, ({ schema, name }) => key(schema, name)));
  const constraints = lazy(() => grouped(state.constraints, ({ relation }) => relation));
  const ofDomain = lazy(() => grouped(state.constraints, ({ domain }) => domain));
  const pointing = lazy(() => grouped(state.constraints, ({ references }) => references));
  const indexes = lazy(() => grouped(state.relations, ({ index }) => index?.table ?? 0));
  const triggers = lazy(() => grouped(state.triggers, ({ relation }) => relation));
  const children = lazy(() =>
    grouped(
      state.relations.flatMap((relation) => relation.parents.map((parent) => ({ parent, relation }))),
      ({ parent }) => parent,
    ),
  );
  const on = lazy(() => grouped(state.dependencies, (each) => `${each.on.kind} ${each.on.id}`));
  const by = lazy(() => grouped(state.dependencies, (each) => `${each.by.kind} ${each.by.id}`));

  /** The first of a name along the search path; `public.` is not written, so it is looked at last. */
  const along = <T>(map: ReadonlyMap<string, T>, name: string): T | null => {
    const [schema, last] = nameParts(name);
    const schemas = schema === null ? [...searchPath, 'public'] : [schema];
    for (const each of schemas) {
      const found = map.get(key(each, last));
      if (found !== undefined) return found;
    }
    return null;
  };
  const relation = (name: string) => along(byName(), name);
  const type = (name: string) => along(types(), name);
  return {
    state,
    relation,
    byId: (id) => byId().get(id) ?? null,
    show: (found) => (relation(quoted(found.name)) === found ? quoted(found.name) : qualified([found.schema, found.name])),
    type,
    typeKey: (name) => {
      const found = type(name);
      return found === null ? name : `${found.schema}.${found.name}`;
    },
    functions: (name) => along(functions(), name) ?? [],
    constraintsOn: (id) => constraints().get(id) ?? [],
    constraintsOfDomain: (name) => ofDomain().get(name) ?? [],
    foreignKeysTo: (id) =>
      pointing()
        .get(id)
        ?.filter(({ kind }) => kind === 'f') ?? [],
    indexesOn: (id) => indexes().get(id) ?? [],
    triggersOn: (id) => triggers().get(id) ?? [],
    childrenOf: (id) => (children().get(id) ?? []).map((each) => each.relation),
    dependentsOn: (kind, id) => on().get(`${kind} ${id}`) ?? [],
    dependenciesOf: (kind, id) => by().get(`${kind} ${id}`) ?? [],
  };
}

const key = (schema: string, name: string) => `${quoted(schema)}.${quoted(name)}`;

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function grouped<T, K>(list: readonly T[], keyOf: (each: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each));
    if (group === undefined) groups.set(keyOf(each), [each]);
    else group.push(each);
  }
  return groups;
}
