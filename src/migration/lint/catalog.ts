import type {
  CatalogConstraint,
  CatalogFunction,
  CatalogNamed,
  CatalogRelation,
  CatalogState,
  CatalogTrigger,
  CatalogType,
  Dependency,
  ObjectKind,
} from '../../domain/catalog.ts';
import { nameParts, qualified, quoted } from '../names.ts';
import { lookup } from './lookup.ts';
import type { ListChange, Lookup } from './lookup.ts';

/**
 * Questions to a snapshot of the live schema. Names are read as PostgreSQL reads them, along the search path; answers are
 * null where nothing of that name is there.
 */
export type Catalog = {
  readonly state: CatalogState;
  readonly relation: (name: string) => CatalogRelation | null;
  /** The relation of exactly that schema and name, neither of them quoted. */
  readonly at: (schema: string, name: string) => CatalogRelation | null;
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
  /** Policies or rules of a relation by name. */
  readonly namedOn: (kind: CatalogNamed['kind'], relation: number, name: string) => CatalogNamed | null;
  /** Statistics or a publication by name. */
  readonly namedAs: (kind: CatalogNamed['kind'], name: string) => CatalogNamed | null;
  readonly triggersOn: (relation: number) => readonly CatalogTrigger[];
  readonly childrenOf: (relation: number) => readonly CatalogRelation[];
  readonly dependentsOn: (kind: ObjectKind, id: number) => readonly Dependency[];
  readonly dependenciesOf: (kind: ObjectKind, id: number) => readonly Dependency[];
};

const key = (schema: string, name: string) => `${quoted(schema)}.${quoted(name)}`;
const nameKeys = ({ schema, name }: { readonly schema: string; readonly name: string }) => [key(schema, name)];

const relationsById = lookup<CatalogRelation>(({ id }) => [id]);
const relationsByName = lookup<CatalogRelation>(nameKeys);
const indexesByTable = lookup<CatalogRelation>(({ index }) => (index === null ? [] : [index.table]));
const relationsByParent = lookup<CatalogRelation>(({ parents }) => parents);
const typesByName = lookup<CatalogType>(nameKeys);
const functionsByName = lookup<CatalogFunction>(nameKeys);
const constraintsByRelation = lookup<CatalogConstraint>(({ relation }) => [relation]);
const constraintsByDomain = lookup<CatalogConstraint>(({ domain }) => (domain === null ? [] : [domain]));
const constraintsByReferenced = lookup<CatalogConstraint>(({ references }) => (references === 0 ? [] : [references]));
const triggersByRelation = lookup<CatalogTrigger>(({ relation }) => [relation]);
const dependenciesByOn = lookup<Dependency>(({ on }) => [`${on.kind} ${on.id}`]);
const dependenciesByBy = lookup<Dependency>(({ by }) => [`${by.kind} ${by.id}`]);

/** Tells the lookups how a list of the catalog came from the one before. */
export const carried = {
  relations: carryAll([relationsById, relationsByName, indexesByTable, relationsByParent]),
  constraints: carryAll([constraintsByRelation, constraintsByDomain, constraintsByReferenced]),
  dependencies: carryAll([dependenciesByOn, dependenciesByBy]),
};

function carryAll<T>(lookups: readonly Lookup<T>[]): (change: ListChange<T>) => void {
  return (change) => {
    for (const each of lookups) each.carry(change);
  };
}

/** The one opened last: statements are judged one after another, and each is asked about often. */
let opened: Catalog | undefined;

/** The questions of one snapshot; the same state answers with the same lookups. */
export function catalogOf(state: CatalogState): Catalog {
  if (opened?.state !== state) opened = open(state);
  return opened;
}

function open(state: CatalogState): Catalog {
  const { searchPath, relations, types, functions, constraints, triggers, dependencies } = state;
  /** What a name means along the search path; `public.` is not written, so it is looked at last. */
  const along = <T>(list: readonly T[], by: Lookup<T>, name: string): readonly T[] => {
    const [schema, last] = nameParts(name);
    const schemas = schema === null ? [...searchPath, 'public'] : [schema];
    for (const each of schemas) {
      const found = by.all(list, key(each, last));
      if (found.length > 0) return found;
    }
    return [];
  };
  const relation = (name: string) => along(relations, relationsByName, name).at(-1) ?? null;
  const type = (name: string) => along(types, typesByName, name).at(-1) ?? null;
  return {
    state,
    relation,
    at: (schema, name) => relationsByName.all(relations, key(schema, name)).at(-1) ?? null,
    byId: (id) => relationsById.all(relations, id).at(-1) ?? null,
    show: (found) => (relation(quoted(found.name)) === found ? quoted(found.name) : qualified([found.schema, found.name])),
    type,
    typeKey: (name) => {
      const found = type(name);
      return found === null ? name : `${found.schema}.${found.name}`;
    },
    functions: (name) => along(functions, functionsByName, name),
    constraintsOn: (id) => constraintsByRelation.all(constraints, id),
    constraintsOfDomain: (name) => constraintsByDomain.all(constraints, name),
    foreignKeysTo: (id) => constraintsByReferenced.all(constraints, id).filter(({ kind }) => kind === 'f'),
    indexesOn: (id) => indexesByTable.all(relations, id),
    namedOn: (kind, id, name) =>
      state.named.find((each) => each.kind === kind && each.name === name && each.relations.includes(id)) ?? null,
    namedAs: (kind, name) => {
      const [schema, last] = nameParts(name);
      const schemas = kind === 'publication' ? [''] : schema === null ? [...searchPath, 'public'] : [schema];
      const found = schemas.map((each) => state.named.find((one) => one.kind === kind && one.schema === each && one.name === last));
      return found.find((each) => each !== undefined) ?? null;
    },
    triggersOn: (id) => triggersByRelation.all(triggers, id),
    childrenOf: (id) => relationsByParent.all(relations, id),
    dependentsOn: (kind, id) => dependenciesByOn.all(dependencies, `${kind} ${id}`),
    dependenciesOf: (kind, id) => dependenciesByBy.all(dependencies, `${kind} ${id}`),
  };
}
