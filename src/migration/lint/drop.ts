import type { Dependency } from '../../domain/catalog.ts';
import type { RelationLock } from '../../domain/plan.ts';
import { objectWords, qualified, quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { Effect, Judged, Judges, LintContext, NodeOf } from './effect.ts';
import { dropIndex } from './indexes.ts';
import { fallOf, family, locksOfFall, named, object, onTables } from './reach.ts';
import type { CatalogObject } from './reach.ts';
import { missingOn } from './missing.ts';
import { dependants } from './refused.ts';

const RELATIONS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'TABLE',
  OBJECT_VIEW: 'VIEW',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'SEQUENCE',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
};

const ON_TABLE: Readonly<Record<string, string>> = { OBJECT_TRIGGER: 'TRIGGER', OBJECT_RULE: 'RULE', OBJECT_POLICY: 'POLICY' };

/** DROP …, rows 18–24, 32, 79, 94, 97. */
export const drop: Judges = {
  DropStmt(statement, judged) {
    const objects = (statement.objects ?? []).map(objectWords);
    const type = statement.removeType ?? '';
    const names = objects.map(qualified);
    const dropping = { statement, ...judged };
    if (type === 'OBJECT_INDEX') return withCascade(dropIndex(names, statement.concurrent === true, judged), statement, judged.context);
    if (type in RELATIONS) return withCascade(dropRelations(RELATIONS[type] ?? '', names, type, dropping), statement, judged.context);
    if (type in ON_TABLE) return dropFromTable(type, objects, dropping);
    if (type === 'OBJECT_SCHEMA') return dropSchema(names, dropping);
    return dropOther(type, names, dropping);
  },
  DropOwnedStmt: () =>
    effect({
      what: 'DROP OWNED',
      blocks: 'reads+writes',
      hazards: [danger('drop_owned', 'Drops everything a role owns in this database. Drop what is meant by name.')],
    }),
  DropdbStmt: (statement) =>
    effect({
      what: `DROP DATABASE ${statement.dbname ?? ''}`,
      blocks: 'reads+writes',
      hazards: [danger('drop_database', 'Deletes a whole database. This is no migration.')],
    }),
  DropTableSpaceStmt: (statement) => effect({ what: `DROP TABLESPACE ${statement.tablespacename ?? ''}`, hazards: [CLUSTER] }),
  DropRoleStmt: () => effect({ what: 'DROP ROLE', hazards: [CLUSTER] }),
  DropSubscriptionStmt: (statement) => effect({ what: `DROP SUBSCRIPTION ${statement.subname ?? ''}`, hazards: [CLUSTER] }),
  DropUserMappingStmt: () => effect({ what: 'DROP USER MAPPING' }),
};

/** Reaches beyond this database, also when it is run in a rehearsal copy. */
export const CLUSTER = warning('cluster_wide', 'Reaches beyond this database, to the whole server and everything on it.');

const CASCADE = danger(
  'cascade',
  'CASCADE drops whatever depends on it, views, columns and foreign keys of other tables too, each under ACCESS EXCLUSIVE. Drop those by name, first.',
);

function withCascade(judged: Effect, statement: NodeOf<'DropStmt'>, context: LintContext): Effect {
  if (statement.behavior !== 'DROP_CASCADE') return judged;
  const depends = context.catalog === undefined ? [dependsOn('what depends on it')] : [];
  return { ...judged, what: `${judged.what} CASCADE`, hazards: [...judged.hazards, CASCADE, ...depends] };
}

function dropRelations(words: string, names: readonly string[], type: string, { statement, context }: Dropping): Effect {
  const { catalog } = context;
  const lossy = type === 'OBJECT_TABLE' || type === 'OBJECT_SEQUENCE';
  const ids = names.flatMap((name) => catalog?.relation(name)?.id ?? []);
  const fallen = fall(
    catalog,
    ids.map((id) => object('relation', id)),
    statement,
  );
  const other = names.find((name) => !isOfKind(catalog, name, type));
  return effect({
    what: `DROP ${words} ${names.join(', ')}`,
    locks: [...lock('ACCESS EXCLUSIVE', ...names), ...fallen.locks],
    hazards: [
      ...(lossy
        ? [
            danger(
              'drop_table',
              `${names.join(', ')} and all it holds is gone. Make sure nothing reads it any more: rename it one release earlier.`,
            ),
          ]
        : []),
      ...(type === 'OBJECT_TABLE' && catalog === undefined
        ? [dependsOn('its foreign keys, whose tables are locked too: drop those first, one by one; and whether it is a partition')]
        : []),
      ...otherTables(fallen.locks, names),
      ...(other === undefined ? [] : [fails('42809', `${other} is no ${words.toLowerCase()}.`)]),
      ...(catalog === undefined ? [] : dependants(catalog, names.join(', '), fallen.stops)),
    ],
  });
}

const KINDS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'rp',
  OBJECT_VIEW: 'v',
  OBJECT_MATVIEW: 'm',
  OBJECT_SEQUENCE: 'S',
  OBJECT_FOREIGN_TABLE: 'f',
};

function isOfKind(catalog: Catalog | undefined, name: string, type: string): boolean {
  const relation = catalog?.relation(name) ?? null;
  return relation === null || (KINDS[type] ?? '').includes(relation.kind);
}

type Dropping = { readonly statement: NodeOf<'DropStmt'> } & Judged;
type Fallen = { readonly locks: readonly RelationLock[]; readonly stops: readonly Dependency[] };

/** What else is locked when these objects fall, and what stops them. Nothing without a catalog. */
function fall(catalog: Catalog | undefined, objects: readonly CatalogObject[], statement: NodeOf<'DropStmt'>): Fallen {
  if (catalog === undefined) return { locks: [], stops: [] };
  const cascade = statement.behavior === 'DROP_CASCADE';
  const fallen = fallOf(catalog, objects, cascade);
  return { locks: locksOfFall(catalog, fallen.objects).filter(onTables(catalog)), stops: fallen.stops };
}

/** Tables nobody wrote down that are locked as well. */
function otherTables(locks: readonly RelationLock[], names: readonly string[]): Effect['hazards'] {
  const others = locks.map(({ relation }) => relation).filter((relation) => !names.includes(relation));
  if (others.length === 0) return [];
  return [
    warning(
      'locks_other_table',
      `Nobody reads or writes ${others.join(', ')} for the moment it takes either, nor while it waits. Drop the foreign keys and views that join them first, one by one.`,
    ),
  ];
}

function dropFromTable(type: string, objects: readonly (readonly string[])[], { statement, context: { catalog } }: Dropping): Effect {
  const words = ON_TABLE[type] ?? '';
  const tables = objects.map((parts) => qualified(parts.slice(0, -1)));
  const missing = objects.flatMap((parts) => missingOn(catalog, type, qualified(parts.slice(0, -1)), parts.at(-1)));
  // With IF EXISTS nothing is locked for what is not there.
  if (missing.length > 0 && statement.missing_ok === true) return effect({ what: `DROP ${words} IF EXISTS` });
  // A trigger of a partitioned table is one on each partition.
  const locked = words === 'TRIGGER' ? tables.flatMap((table) => family(catalog, table, catalog?.relation(table)?.kind !== 'p')) : tables;
  return effect({
    what: `DROP ${words} ${objects.map((parts) => qualified(parts.slice(-1))).join(', ')} ON ${tables.join(', ')}`,
    locks: lock('ACCESS EXCLUSIVE', ...locked),
    hazards: missing,
  });
}

function dropSchema(names: readonly string[], dropping: Dropping): Effect {
  const { statement, context } = dropping;
  const cascade = statement.behavior === 'DROP_CASCADE';
  const schemas = context.catalog?.state.schemas.filter(({ name }) => names.includes(quoted(name))) ?? [];
  const fallen = fall(
    context.catalog,
    schemas.map(({ id }) => object('schema', id)),
    statement,
  );
  return effect({
    what: `DROP SCHEMA ${names.join(', ')}${cascade ? ' CASCADE' : ''}`,
    locks: fallen.locks,
    blocks: cascade && context.catalog === undefined ? 'reads+writes' : null,
    hazards: [
      ...(cascade
        ? [danger('drop_schema', `Drops every table in ${names.join(', ')} with all it holds. Drop what is meant by name.`)]
        : []),
      ...(cascade && context.catalog === undefined ? [dependsOn('what is in it')] : []),
      ...(context.catalog === undefined ? [] : dependants(context.catalog, names.join(', '), fallen.stops)),
    ],
  });
}

const ID_OF: Readonly<Record<string, (catalog: Catalog, name: string) => readonly CatalogObject[]>> = {
  OBJECT_TYPE: typeObjects,
  OBJECT_DOMAIN: typeObjects,
  OBJECT_FUNCTION: functionObjects,
  OBJECT_PROCEDURE: functionObjects,
  OBJECT_ROUTINE: functionObjects,
  OBJECT_EXTENSION: (catalog, name) =>
    catalog.state.extensions.filter((each) => quoted(each.name) === name).map(({ id }) => object('extension', id)),
};

function typeObjects(catalog: Catalog, name: string): readonly CatalogObject[] {
  const type = catalog.type(name);
  if (type === null) return [];
  const row = type.kind === 'c' ? catalog.relation(name) : null;
  return [row === null ? object('type', type.id) : object('relation', row.id)];
}

function functionObjects(catalog: Catalog, name: string): readonly CatalogObject[] {
  return catalog.functions(name).map(({ id }) => object('function', id));
}

/** Types, functions and the rest lock no table by themselves; CASCADE takes columns and triggers with it (row 32). */
function dropOther(type: string, names: readonly string[], dropping: Dropping): Effect {
  const { statement, context } = dropping;
  const { catalog } = context;
  const words = type.replace(/^OBJECT_/, '').replaceAll('_', ' ');
  const cascade = statement.behavior === 'DROP_CASCADE';
  const what = `DROP ${words} ${names.join(', ')}${cascade ? ' CASCADE' : ''}`;
  const find = ID_OF[type];
  const isKnown = catalog !== undefined && find !== undefined;
  const fallen = isKnown
    ? fall(
        catalog,
        names.flatMap((name) => find(catalog, name)),
        statement,
      )
    : { locks: [], stops: [] };
  const stopped = catalog === undefined ? [] : dependants(catalog, names.join(', '), fallen.stops);
  if (cascade) {
    return effect({
      what,
      locks: fallen.locks,
      blocks: isKnown ? null : 'reads+writes',
      hazards: [CASCADE, ...(isKnown ? otherTables(fallen.locks, []) : [dependsOn('what depends on it: those tables are locked')])],
    });
  }
  if (type === 'OBJECT_STATISTIC_EXT') {
    const found = names.map((name) => catalog?.namedAs('statistics', name) ?? null);
    const tables =
      catalog === undefined
        ? []
        : named(
            catalog,
            found.flatMap((each) => each?.relations ?? []),
          );
    return effect({
      what: `DROP STATISTICS ${names.join(', ')}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', ...tables),
      blocks: catalog === undefined ? 'ddl' : null,
      hazards: [
        ...(catalog === undefined ? [dependsOn('the table it is for')] : []),
        ...(catalog !== undefined && found.includes(null) && statement.missing_ok !== true
          ? [fails('42704', `there are no statistics ${names.join(', ')}.`)]
          : []),
      ],
    });
  }
  const used = type === 'OBJECT_FUNCTION' || type === 'OBJECT_PROCEDURE' || type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN';
  const breaks = used ? [note('app_break', `Code that still uses ${names.join(', ')} fails.`)] : [];
  return effect({ what, locks: fallen.locks, hazards: [...breaks, ...stopped] });
}
