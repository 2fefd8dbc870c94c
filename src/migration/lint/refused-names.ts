import type { Node } from 'libpg-query';
import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { walk } from '../walk.ts';
import type { Catalog } from './catalog.ts';
import { fails } from './effect.ts';
import type { NodeOf } from './effect.ts';
import { missingOn } from './missing.ts';

/** Names PostgreSQL does not find, finds taken, or finds to be something else than the statement says. */
export function refusedNames(catalog: Catalog, node: Node): readonly Hazard[] {
  return [
    ...inPublic(catalog, node),
    ...('DropStmt' in node ? ofDrop(catalog, node.DropStmt) : []),
    ...('RenameStmt' in node ? ofRename(catalog, node.RenameStmt) : []),
    ...('CommentStmt' in node ? ofComment(catalog, node.CommentStmt) : []),
    ...('AlterDomainStmt' in node ? ofDomain(catalog, node.AlterDomainStmt) : []),
    ...('AlterObjectSchemaStmt' in node ? noSchema(catalog, node.AlterObjectSchemaStmt.newschema) : []),
    ...('AlterEnumStmt' in node ? noType(catalog, qualified(wordsOf(node.AlterEnumStmt.typeName))) : []),
    ...('GrantStmt' in node ? granted(catalog, node.GrantStmt) : []),
    ...typeTaken(catalog, node),
    ...ofOthers(catalog, node),
    ...kindsOf(node).flatMap(([kinds, name]) => otherKind(catalog, kinds, name)),
  ];
}

/** `public.t` where only another schema has a `t`: verdicts leave `public.` away. */
function inPublic(catalog: Catalog, node: Node): readonly Hazard[] {
  const { relations } = catalog.state;
  const names = new Set<string>();
  if (/"(?:missing_ok|if_not_exists|replace)":true/.test(JSON.stringify(node)) || madeKinds.some((kind) => kind in node)) return [];
  walk(node, (key, value) => {
    if ((key === 'RangeVar' || key === 'relation') && value['schemaname'] === 'public' && typeof value['relname'] === 'string')
      names.add(value['relname']);
  });
  const missing = [...names].filter(
    (name) => relations.some((each) => each.name === name) && !relations.some((each) => each.name === name && each.schema === 'public'),
  );
  return missing.map((name) => fails('42P01', `there is no ${quoted(name)} in public.`));
}

const madeKinds = ['CreateStmt', 'CreateTableAsStmt', 'ViewStmt', 'CreateSeqStmt', 'CompositeTypeStmt', 'CreateSchemaStmt'];

/** The kinds of relation a statement is for, with the name it gives: `rp` are tables. */
function kindsOf(node: Node): readonly (readonly [string, string])[] {
  if ('IndexStmt' in node) return [['rpm', relationOf(node.IndexStmt.relation)]];
  if ('RefreshMatViewStmt' in node) return [['m', relationOf(node.RefreshMatViewStmt.relation)]];
  if ('LockStmt' in node) return ranges(node.LockStmt.relations).map((name) => ['rpvf', name]);
  if ('TruncateStmt' in node)
    return (node.TruncateStmt.relations ?? []).flatMap((each) =>
      'RangeVar' in each ? [[each.RangeVar.inh === true ? 'rpf' : 'rf', relationOf(each.RangeVar)] as const] : [],
    );
  if ('UpdateStmt' in node) return [['rpvf', relationOf(node.UpdateStmt.relation)]];
  if ('DeleteStmt' in node) return [['rpvf', relationOf(node.DeleteStmt.relation)]];
  if ('InsertStmt' in node) return [['rpvf', relationOf(node.InsertStmt.relation)]];
  if ('CopyStmt' in node) return [[node.CopyStmt.is_from === true ? 'rpvf' : 'r', relationOf(node.CopyStmt.relation)]];
  if ('AlterSeqStmt' in node) return [['S', relationOf(node.AlterSeqStmt.sequence)]];
  if ('CreatePolicyStmt' in node) return [['rp', relationOf(node.CreatePolicyStmt.table)]];
  if ('CreateTrigStmt' in node) return [[node.CreateTrigStmt.timing === 64 ? 'v' : 'rpvf', relationOf(node.CreateTrigStmt.relation)]];
  if ('CreateStatsStmt' in node) return ranges(node.CreateStatsStmt.relations).map((name) => ['rpmf', name]);
  if ('ViewStmt' in node && node.ViewStmt.replace === true) return [['v', relationOf(node.ViewStmt.view)]];
  if ('ReindexStmt' in node && node.ReindexStmt.relation !== undefined)
    return [[node.ReindexStmt.kind === 'REINDEX_OBJECT_INDEX' ? 'iI' : 'rpm', relationOf(node.ReindexStmt.relation)]];
  return [];
}

const ranges = (nodes: readonly Node[] | undefined) =>
  (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));

function otherKind(catalog: Catalog, kinds: string, name: string): readonly Hazard[] {
  const relation = catalog.relation(name);
  return relation === null || kinds.includes(relation.kind) ? [] : [fails('42809', `${name} is ${WORDS[relation.kind]}.`)];
}

const WORDS: Readonly<Record<CatalogRelation['kind'], string>> = {
  r: 'a table',
  p: 'a partitioned table',
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  c: 'a composite type',
  i: 'an index',
  I: 'a partitioned index',
};

function noType(catalog: Catalog, name: string): readonly Hazard[] {
  return catalog.type(name) === null ? [fails('42704', `there is no type ${name}.`)] : [];
}

function noSchema(catalog: Catalog, name: string | undefined): readonly Hazard[] {
  const there = name === undefined || name.startsWith('pg_') || catalog.state.schemas.some((each) => each.name === name);
  return there ? [] : [fails('3F000', `there is no schema ${quoted(name)}.`)];
}

function ofDrop(catalog: Catalog, { removeType, objects = [], missing_ok: missingOk }: NodeOf<'DropStmt'>): readonly Hazard[] {
  const names = objects.map((node) => qualified(objectWords(node)));
  const first = (missing: (name: string) => boolean, code: string, what: string) => {
    const name = missingOk === true ? undefined : names.find(missing);
    return name === undefined ? [] : [fails(code, `there is no ${what} ${name}.`)];
  };
  switch (removeType) {
    case 'OBJECT_INDEX':
      return [
        ...first((name) => catalog.relation(name) === null, '42704', 'index'),
        ...names.flatMap((name) => otherKind(catalog, 'iI', name)),
      ];
    case 'OBJECT_TYPE':
      return first((name) => catalog.type(name) === null && catalog.relation(name) === null, '42704', 'type');
    case 'OBJECT_DOMAIN':
      return first((name) => catalog.type(name) === null, '42704', 'domain');
    case 'OBJECT_SCHEMA':
      return first((name) => !catalog.state.schemas.some((each) => quoted(each.name) === name), '3F000', 'schema');
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
      return first((name) => catalog.functions(name).length === 0 && !name.startsWith('pg_'), '42883', 'function');
    case 'OBJECT_PUBLICATION':
      return first((name) => catalog.namedAs('publication', name) === null, '42704', 'publication');
    case 'OBJECT_EXTENSION':
      return first((name) => !catalog.state.extensions.some((each) => quoted(each.name) === name), '42704', 'extension');
    case 'OBJECT_SEQUENCE':
      return names.flatMap((name) => ofIdentity(catalog, name, '2BP01'));
    default:
      return [];
  }
}

/** The sequence of an identity column belongs to it. */
function ofIdentity(catalog: Catalog, name: string, code: string): readonly Hazard[] {
  const sequence = catalog.relation(name);
  const owner =
    sequence === null
      ? undefined
      : catalog.dependenciesOf('relation', sequence.id).find(({ on }) => on.kind === 'relation' && on.column !== 0);
  const column = owner === undefined ? undefined : catalog.byId(owner.on.id)?.columns.find(({ number }) => number === owner.on.column);
  return column?.identity === true ? [fails(code, `${name} numbers the identity column ${quoted(column.name)}.`)] : [];
}

const OF_KIND: Readonly<Record<string, string>> = { OBJECT_VIEW: 'v', OBJECT_MATVIEW: 'm', OBJECT_SEQUENCE: 'S' };

function ofRename(
  catalog: Catalog,
  { renameType = 'OBJECT_TABLE', relation: range, subname, newname = '', object }: NodeOf<'RenameStmt'>,
): readonly Hazard[] {
  const relation = range === undefined ? null : catalog.relation(relationOf(range));
  if (renameType === 'OBJECT_SCHEMA')
    return [
      ...noSchema(catalog, subname),
      ...(catalog.state.schemas.some(({ name }) => name === newname)
        ? [fails('42P06', `there is a schema ${quoted(newname)} already.`)]
        : []),
    ];
  if (renameType === 'OBJECT_FUNCTION' && catalog.functions(qualified(objectWords(object))).length === 0)
    return [fails('42883', `there is no function ${qualified(objectWords(object))}.`)];
  if (renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN') return noType(catalog, qualified(objectWords(object)));
  if (relation === null) return [];
  if (renameType === 'OBJECT_COLUMN') {
    if (!relation.columns.some(({ name }) => name === subname)) return [];
    const taken = relation.columns.some(({ name }) => name === newname);
    const above = relation.parents.some((id) => catalog.byId(id)?.columns.some(({ name }) => name === subname) === true);
    const below = range?.inh !== true && catalog.childrenOf(relation.id).length > 0;
    if (above || below) return [fails('42P16', `${quoted(subname ?? '')} is inherited: rename it on the table above, without ONLY.`)];
    return taken ? [fails('42701', `${catalog.show(relation)} has a column ${quoted(newname)} already.`)] : [];
  }
  if (renameType === 'OBJECT_TABCONSTRAINT') {
    const on = catalog.constraintsOn(relation.id);
    if (!on.some(({ name }) => name === subname))
      return [fails('42704', `${catalog.show(relation)} has no constraint ${quoted(subname ?? '')}.`)];
    return on.some(({ name }) => name === newname)
      ? [fails('42710', `${catalog.show(relation)} has a constraint ${quoted(newname)} already.`)]
      : [];
  }
  if (subname !== undefined) return [];
  const kind = OF_KIND[renameType];
  if (kind !== undefined && relation.kind !== kind) return [fails('42809', `${catalog.show(relation)} is ${WORDS[relation.kind]}.`)];
  const taken = catalog.state.relations.some(({ schema, name }) => schema === relation.schema && name === newname);
  return taken ? [fails('42P07', `${quoted(newname)} is there already.`)] : [];
}

const COMMENTED: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'rp',
  OBJECT_VIEW: 'v',
  OBJECT_MATVIEW: 'm',
  OBJECT_INDEX: 'iI',
  OBJECT_SEQUENCE: 'S',
  OBJECT_FOREIGN_TABLE: 'f',
};

function ofComment(catalog: Catalog, { objtype = 'OBJECT_TABLE', object }: NodeOf<'CommentStmt'>): readonly Hazard[] {
  const words = objectWords(object);
  const kinds = COMMENTED[objtype];
  if (kinds !== undefined) return otherKind(catalog, kinds, qualified(words));
  const relation = catalog.relation(qualified(words.slice(0, -1)));
  const last = words.at(-1);
  if (objtype === 'OBJECT_TYPE' || objtype === 'OBJECT_DOMAIN') return noType(catalog, qualified(words));
  if (relation === null) return [];
  if (objtype === 'OBJECT_COLUMN' && relation.columns.length > 0 && !relation.columns.some(({ name }) => name === last))
    return [fails('42703', `${catalog.show(relation)} has no column ${quoted(last ?? '')}.`)];
  if (objtype === 'OBJECT_TRIGGER' || objtype === 'OBJECT_RULE' || objtype === 'OBJECT_POLICY')
    return missingOn(catalog, objtype, catalog.show(relation), last);
  if (objtype === 'OBJECT_TABCONSTRAINT' && !catalog.constraintsOn(relation.id).some(({ name }) => name === last))
    return [fails('42704', `${catalog.show(relation)} has no constraint ${quoted(last ?? '')}.`)];
  return [];
}

function ofDomain(catalog: Catalog, { typeName, subtype, name, missing_ok: missingOk }: NodeOf<'AlterDomainStmt'>): readonly Hazard[] {
  const domain = qualified(wordsOf(typeName));
  const type = catalog.type(domain);
  if (type === null) return noType(catalog, domain);
  const needs = subtype === 'V' || (subtype === 'X' && missingOk !== true);
  const there = catalog.constraintsOfDomain(`${type.schema}.${type.name}`).some((each) => each.name === name);
  return needs && !there ? [fails('42704', `${domain} has no constraint ${quoted(name ?? '')}.`)] : [];
}

function granted(catalog: Catalog, { objects, objtype, targtype }: NodeOf<'GrantStmt'>): readonly Hazard[] {
  if (targtype !== 'ACL_TARGET_OBJECT' || (objtype !== 'OBJECT_TABLE' && objtype !== 'OBJECT_SEQUENCE')) return [];
  const missing = ranges(objects).find((name) => catalog.relation(name) === null && !/^(?:pg_|information_schema\.)/.test(name));
  return missing === undefined ? [] : [fails('42P01', `there is no ${missing}.`)];
}

/** Extensions, statistics and partitions that are there already, or not. */
function ofOthers(catalog: Catalog, node: Node): readonly Hazard[] {
  if ('CreateExtensionStmt' in node) {
    const { extname = '', if_not_exists: unlessThere } = node.CreateExtensionStmt;
    const there = catalog.state.extensions.some(({ name }) => name === extname);
    return there && unlessThere !== true ? [fails('42710', `the extension ${quoted(extname)} is there already.`)] : [];
  }
  if ('AlterStatsStmt' in node) {
    const name = qualified(wordsOf(node.AlterStatsStmt.defnames));
    const missing = catalog.namedAs('statistics', name) === null && node.AlterStatsStmt.missing_ok !== true;
    return missing ? [fails('42704', `there are no statistics ${name}.`)] : [];
  }
  if ('CreateStatsStmt' in node && node.CreateStatsStmt.defnames !== undefined) {
    const name = qualified(wordsOf(node.CreateStatsStmt.defnames));
    const there = catalog.namedAs('statistics', name) !== null && node.CreateStatsStmt.if_not_exists !== true;
    return there ? [fails('42710', `there are statistics ${name} already.`)] : [];
  }
  if ('RefreshMatViewStmt' in node && node.RefreshMatViewStmt.concurrent === true && node.RefreshMatViewStmt.skipData === true)
    return [fails('42601', 'CONCURRENTLY compares rows, and WITH NO DATA has none.')];
  if (!('CreateStmt' in node)) return [];
  const { partbound, inhRelations, if_not_exists: unlessThere } = node.CreateStmt;
  const above = ranges(inhRelations).flatMap((name) => catalog.relation(name) ?? []);
  if (partbound === undefined)
    return above.some(({ kind, partition }) => kind === 'p' || partition !== 'none')
      ? [fails('42809', 'nothing inherits from a partitioned table or a partition.')]
      : [];
  const [parent] = above;
  if (parent === undefined || unlessThere === true) return [];
  if (parent.kind !== 'p') return [fails('42P17', `${catalog.show(parent)} is not partitioned.`)];
  const fallback = catalog.childrenOf(parent.id).some(({ partition }) => partition === 'default');
  return partbound.is_default === true && fallback ? [fails('42P17', `${catalog.show(parent)} has a DEFAULT partition already.`)] : [];
}

/** CREATE TYPE and CREATE DOMAIN under a name a type has. */
function typeTaken(catalog: Catalog, node: Node): readonly Hazard[] {
  const words =
    'CreateEnumStmt' in node
      ? wordsOf(node.CreateEnumStmt.typeName)
      : 'CreateDomainStmt' in node
        ? wordsOf(node.CreateDomainStmt.domainname)
        : 'CreateRangeStmt' in node
          ? wordsOf(node.CreateRangeStmt.typeName)
          : 'CompositeTypeStmt' in node && node.CompositeTypeStmt.typevar?.relname !== undefined
            ? [
                ...(node.CompositeTypeStmt.typevar.schemaname === undefined ? [] : [node.CompositeTypeStmt.typevar.schemaname]),
                node.CompositeTypeStmt.typevar.relname,
              ]
            : null;
  if (words === null) return [];
  const [schema, name] = words.length > 1 ? words : [catalog.state.searchPath[0] ?? 'public', words[0]];
  const taken = catalog.state.types.some((each) => each.schema === schema && each.name === name);
  return taken ? [fails('42710', `there is a type ${qualified(words)} already.`)] : [];
}
