import type { CatalogConstraint } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { lock, note, warning } from './effect.ts';
import type { Effect } from './effect.ts';
import { hasIndexOn } from './index-advice.ts';
import { foreignKeysOf, named } from './reach.ts';

/** How rows change: `columns` those an UPDATE sets; null for INSERT and DELETE. */
export type Change = {
  /** Columns that become NULL. */
  readonly emptied?: ReadonlySet<string>;
  readonly kind: 'insert' | 'update' | 'delete';
  readonly table: string;
  readonly columns: ReadonlySet<string> | null;
};

type Reached = Pick<Effect, 'locks' | 'scans' | 'hazards'>;

/**
 * Other tables that foreign keys reach when rows change: a new value is looked up on the other side, and a row that goes
 * away is looked for in every table that points at it, which reads that table whole where no index helps (row 116).
 */
export function rowReach(catalog: Catalog | undefined, { kind, table, columns, emptied }: Change): Reached {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null) return { locks: [], scans: [], hazards: [] };
  const touches = (names: readonly string[]) => columns === null || names.some((name) => columns.has(name));
  const looked =
    kind === 'delete'
      ? []
      : foreignKeysOf(catalog, relation).filter((key) => touches(key.columns) && !key.columns.some((name) => emptied?.has(name)));
  const pointing = kind === 'insert' ? [] : catalog.foreignKeysTo(relation.id).filter((key) => touches(key.referencedColumns));
  const unindexed = pointing.filter((key) => !isIndexed(catalog, key));
  const changes = (key: CatalogConstraint) => kind === 'delete' && 'cnd'.includes(key.onDelete);
  return {
    locks: [
      ...lock(
        'ROW SHARE',
        ...named(
          catalog,
          looked.map(({ references }) => references),
        ),
      ),
      ...pointing.flatMap((key) => lock(changes(key) ? 'ROW EXCLUSIVE' : 'ROW SHARE', ...named(catalog, [key.relation]))),
    ],
    scans: named(
      catalog,
      unindexed.map((key) => key.relation),
    ),
    hazards: [...unindexed.map((key) => slowKey(catalog, key, catalog.show(relation), kind)), ...triggers(catalog, relation.id)],
  };
}

function isIndexed(catalog: Catalog, key: CatalogConstraint): boolean {
  const relation = catalog.byId(key.relation);
  return relation !== null && hasIndexOn(catalog, relation, key.columns);
}

function slowKey(catalog: Catalog, key: CatalogConstraint, table: string, kind: string): Hazard {
  const [child] = named(catalog, [key.relation]);
  const list = key.columns.map(quoted).join(', ');
  return warning(
    'foreign_key_without_index',
    `${child} is read whole for each row that this ${kind === 'delete' ? 'deletes from' : 'changes in'} ${table}: no index begins with ${list}. Create it first, in a file of its own.`,
    `CREATE INDEX CONCURRENTLY ${quoted(`${child?.replaceAll('"', '').replaceAll('.', '_')}_${key.columns.join('_')}_idx`)} ON ${child} (${list});`,
  );
}

function triggers(catalog: Catalog, relation: number): readonly Hazard[] {
  const names = catalog.triggersOn(relation).map(({ name }) => quoted(name));
  if (names.length === 0) return [];
  return [
    note('runs_trigger', `May run ${names.join(', ')} for each row; what that locks is not in this statement. The rehearsal shows it.`),
  ];
}
