import type { Node } from 'libpg-query';
import type { Hazard } from '../../domain/plan.ts';
import { besides, nameParts, objectWords, qualified, relationOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { fails, measuredWarning, warning } from './effect.ts';
import type { Effect, LintContext } from './effect.ts';
import { isEmpty, ownedSequences } from './reach.ts';
import { refusedNames } from './refused-names.ts';

/**
 * An effect with every relation under the name the catalog has for it, without rewrites and scans of what has no rows, and
 * without relations that are not there: naming one of those makes the statement fail (42P01), unless it says IF EXISTS.
 */
export function inCatalog(found: Effect, node: Node, { catalog, createdBefore }: LintContext): Effect {
  if (catalog === undefined) return found;
  const show = (name: string) => {
    const relation = catalog.relation(name);
    return relation === null ? name : catalog.show(relation);
  };
  const isThere = (name: string) => catalog.relation(name) !== null || createdBefore.has(name);
  const hasRows = (name: string) => {
    const relation = catalog.relation(name);
    return relation === null || ('rmf'.includes(relation.kind) && !isEmpty(catalog, relation));
  };
  if (skipped(node, catalog))
    return {
      ...found,
      locks: 'CreateTableAsStmt' in node ? found.locks : [],
      rewrites: [],
      scans: [],
      blocks: null,
      hazards: alreadyThere(node, catalog),
    };
  const missing = [...new Set(found.locks.map(({ relation }) => relation).filter((name) => name !== '' && !isThere(name)))];
  return {
    ...found,
    locks: found.locks.filter(({ relation }) => isThere(relation)).map(({ relation, mode }) => ({ relation: show(relation), mode })),
    rewrites: unique(found.rewrites.filter((name) => isThere(name) && catalog.relation(name)?.kind !== 'p').map(show)),
    scans: unique(found.scans.filter((name) => isThere(name) && hasRows(name)).map(show)),
    hazards: [
      ...refusedNames(catalog, node),
      ...notThere(missing, node, catalog),
      ...alreadyThere(node, catalog),
      ...ambiguous(
        found.locks.map(({ relation }) => relation),
        catalog,
      ),
      ...found.hazards,
      ...nearlyFull(
        found.locks.map(({ relation }) => relation),
        catalog,
      ),
    ],
  };
}

const unique = (names: readonly string[]) => [...new Set(names)];

/** PostgreSQL's own catalogs are no part of the snapshot. */
const isSystem = (name: string) => /^(?:pg_|information_schema\.|offpeak\.)/.test(name);

function notThere(missing: readonly string[], node: Node, catalog: Catalog): readonly Hazard[] {
  const made = 'ViewStmt' in node ? relationOf(node.ViewStmt.view) : null;
  const names = missing.filter((name) => name !== made && !isSystem(name));
  if (names.length === 0 || JSON.stringify(node).includes('"missing_ok":true')) return [];
  const path = catalog.state.searchPath.join(', ') || 'no schema';
  return [
    fails(
      names.some((name) => isInNoSchema(name, catalog))
        ? '3F000'
        : indexNames(node).some((name) => names.includes(name))
          ? '42704'
          : '42P01',
      `there is no ${names.join(', ')} here (search_path: ${path}). Is it the right database, and is an earlier migration missing?`,
    ),
  ];
}

function isInNoSchema(name: string, catalog: Catalog): boolean {
  const [schema] = nameParts(name);
  return schema !== null && !catalog.state.schemas.some((each) => each.name === schema);
}

/** Indexes that commands of ALTER TABLE name: one that is not there is no missing table. */
function indexNames(node: Node): readonly string[] {
  if ('DropStmt' in node)
    return node.DropStmt.removeType === 'OBJECT_INDEX' ? (node.DropStmt.objects ?? []).map((each) => qualified(objectWords(each))) : [];
  if (!('AlterTableStmt' in node)) return [];
  const table = relationOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) => {
    if (!('AlterTableCmd' in cmd)) return [];
    const { subtype, def, name } = cmd.AlterTableCmd;
    const index =
      def !== undefined && 'Constraint' in def
        ? def.Constraint.indexname
        : def !== undefined && 'ReplicaIdentityStmt' in def
          ? def.ReplicaIdentityStmt.name
          : subtype === 'AT_ClusterOn'
            ? name
            : undefined;
    return index === undefined ? [] : [besides(table, index)];
  });
}

/** A name without a schema that more than one schema of the path has (N13): the first one is meant, which a reader may not know. */
function ambiguous(names: readonly string[], catalog: Catalog): readonly Hazard[] {
  const { searchPath, relations } = catalog.state;
  if (searchPath.length < 2) return [];
  return unique(names).flatMap((written) => {
    const [schema, name] = nameParts(written);
    const holders = searchPath.filter((each) => relations.some((relation) => relation.schema === each && relation.name === name));
    if (schema !== null || holders.length < 2) return [];
    const full = holders.map((each) => qualified([each, name]));
    return [warning('ambiguous_name', `${written} is in ${holders.join(' and in ')}; this means ${full[0]}. Write the schema.`)];
  });
}

export const NEARLY_FULL = 0.7;

/** Keys that run out of numbers (N21): better known now than on the day. */
function nearlyFull(names: readonly string[], catalog: Catalog): readonly Hazard[] {
  return unique(names).flatMap((name) => {
    const relation = catalog.relation(name);
    const full = relation === null ? undefined : ownedSequences(catalog, relation).find(({ used }) => used !== null && used > NEARLY_FULL);
    if (full === undefined) return [];
    const percent = Math.floor((full.used ?? 0) * 100);
    return [
      measuredWarning(
        'key_nearly_full',
        `${catalog.show(full)} has used ${percent} % of its numbers; at the end every INSERT into ${name} fails. Plan the change to bigint before.`,
      ),
    ];
  });
}

/** A name that is taken: an error, or with IF NOT EXISTS a statement that does nothing and says it worked (N27). */
function alreadyThere(node: Node, catalog: Catalog): readonly Hazard[] {
  const made = madeBy(node);
  if (made === null || made.name === undefined) return [];
  const schema = made.schema ?? catalog.state.searchPath[0] ?? 'public';
  const there = catalog.at(schema, made.name);
  if (there === null) return [];
  if (made.replaces && there.kind === 'v') return [];
  const name = catalog.show(there);
  if (!made.unlessThere) return [fails('42P07', `${name} is there already. Was this applied by hand, or by another tool?`)];
  return [
    {
      code: 'hides_drift',
      severity: 'warning',
      message: `${name} is there already: IF NOT EXISTS skips this and says it worked, whatever ${name} looks like. Compare them, then remove the statement.`,
    },
  ];
}

/** With IF NOT EXISTS a table that is there keeps the statement from doing anything. */
function skipped(node: Node, catalog: Catalog): boolean {
  if (!('CreateStmt' in node || 'CreateTableAsStmt' in node)) return false;
  const made = madeBy(node);
  return (
    made?.unlessThere === true &&
    catalog.relation(qualified([made.schema ?? catalog.state.searchPath[0] ?? 'public', made.name ?? ''])) !== null
  );
}

type Made = {
  readonly schema: string | undefined;
  readonly name: string | undefined;
  readonly unlessThere: boolean;
  readonly replaces: boolean;
};

function madeBy(node: Node): Made | null {
  const made = (
    range: { schemaname?: string; relname?: string } | undefined,
    unlessThere: boolean | undefined,
    replaces = false,
  ): Made => ({
    schema: range?.schemaname,
    name: range?.relname,
    unlessThere: unlessThere === true,
    replaces,
  });
  if ('CreateStmt' in node)
    return node.CreateStmt.relation?.relpersistence === 't' ? null : made(node.CreateStmt.relation, node.CreateStmt.if_not_exists);
  if ('CreateTableAsStmt' in node && node.CreateTableAsStmt.into?.rel?.relpersistence !== 't')
    return made(node.CreateTableAsStmt.into?.rel, node.CreateTableAsStmt.if_not_exists);
  if ('CreateSeqStmt' in node) return made(node.CreateSeqStmt.sequence, node.CreateSeqStmt.if_not_exists);
  if ('ViewStmt' in node) return made(node.ViewStmt.view, false, node.ViewStmt.replace === true);
  if ('IndexStmt' in node) {
    const { idxname, relation, if_not_exists: unlessThere } = node.IndexStmt;
    return made(
      {
        ...(relation?.schemaname === undefined ? {} : { schemaname: relation.schemaname }),
        ...(idxname === undefined ? {} : { relname: idxname }),
      },
      unlessThere,
    );
  }
  return null;
}
