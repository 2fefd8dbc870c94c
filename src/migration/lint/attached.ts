import type { PartitionBoundSpec } from 'libpg-query';
import type { CatalogRelation } from '../../domain/catalog.ts';
import { derived, quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { lock, warning } from './effect.ts';
import type { Effect } from './effect.ts';
import { isProvedNotNull, provedConditions } from './not-null-proof.ts';
import { defaultPartition, descendantsOf, foreignKeysOf, isEmpty, named } from './reach.ts';

type Joining = { readonly table: string; readonly partition: string; readonly bound: PartitionBoundSpec | undefined };

/**
 * What joining a partition to a table locks and reads besides the two: the DEFAULT partition, which must hold no row of
 * the new one, and the tables that foreign keys of the parent point at. `reads`: the partition itself is read whole.
 * Null when the catalog does not know both.
 */
export function attached(
  catalog: Catalog,
  on: Joining,
): (Pick<Effect, 'locks' | 'scans' | 'hazards'> & { readonly reads: boolean }) | null {
  const [parent, partition] = [catalog.relation(on.table), catalog.relation(on.partition)];
  if (parent === null || partition === null) return null;
  const beside = besidesOf(catalog, parent);
  const below = descendantsOf(catalog, partition).map(catalog.show);
  const reads =
    !isProved(catalog, partition, parent, on.bound) || !hasIndexes(catalog, partition, parent) || foreignKeysOf(catalog, parent).length > 0;
  const looked = isEmpty(catalog, partition) ? [] : foreignKeysOf(catalog, parent).map(({ references }) => references);
  return {
    ...beside,
    locks: [...beside.locks, ...lock('ACCESS EXCLUSIVE', ...below)],
    scans: [...beside.scans, ...named(catalog, looked)],
    reads,
  };
}

/** What a new partition of a table locks and reads, whether it is attached or created. */
export function besidesOf(catalog: Catalog, parent: CatalogRelation): Pick<Effect, 'locks' | 'scans' | 'hazards'> {
  const fallback = defaultPartition(catalog, parent);
  const others = fallback === null ? [] : [fallback, ...descendantsOf(catalog, fallback)].map(catalog.show);
  const read = fallback !== null && !isEmpty(catalog, fallback) ? others : [];
  const referenced = named(
    catalog,
    foreignKeysOf(catalog, parent).map(({ references }) => references),
  );
  const referring = named(
    catalog,
    catalog.foreignKeysTo(parent.id).map(({ relation }) => relation),
  );
  const message = `Nobody reads or writes the DEFAULT partition ${others[0] ?? ''} meanwhile either${read.length > 0 ? ', and it is read whole to make sure that no row of it belongs into the new one' : ''}.`;
  return {
    locks: [
      ...lock('ACCESS EXCLUSIVE', ...others),
      ...lock('SHARE ROW EXCLUSIVE', ...referenced),
      // Since 15 they get triggers of their own for the new partition.
      ...lock(catalog.state.serverMajor < 15 ? 'ACCESS SHARE' : 'SHARE ROW EXCLUSIVE', ...referring),
    ],
    scans: read,
    hazards: [
      ...(fallback === null ? [] : [warning('locks_default_partition', message)]),
      ...referenced.map((name) =>
        warning('locks_parent', `Writes to ${name} wait as well: a foreign key of ${catalog.show(parent)} points at it.`),
      ),
    ],
  };
}

/** Whether valid CHECKs say already what the bounds of the partition say: one column, compared with constants. */
function isProved(catalog: Catalog, partition: CatalogRelation, parent: CatalogRelation, bound: PartitionBoundSpec | undefined): boolean {
  if (isEmpty(catalog, partition)) return true;
  const [name, ...more] = parent.partitionKey;
  const column = partition.columns.find((each) => each.name === name);
  if (
    bound === undefined ||
    bound.is_default === true ||
    column === undefined ||
    more.length > 0 ||
    !isProvedNotNull(catalog, partition, column)
  )
    return false;
  const conditions = provedConditions(catalog, partition);
  const says = (operator: string, value: string) =>
    conditions.some(
      (condition) =>
        condition === `${quoted(column.name)} ${operator} ${value}` ||
        condition.startsWith(`${quoted(column.name)} ${operator} ${value}::`),
    );
  // The parser answers the letter its type calls PARTITION_STRATEGY_RANGE.
  if (String(bound.strategy) === 'r') {
    const [lower, upper] = [limitOf(bound.lowerdatums?.[0]), limitOf(bound.upperdatums?.[0])];
    return lower !== null && upper !== null && (lower === 'MINVALUE' || says('>=', lower)) && (upper === 'MAXVALUE' || says('<', upper));
  }
  const [only, ...others] = (bound.listdatums ?? []).map(limitOf);
  return only != null && others.length === 0 && says('=', only);
}

/** The statements that spare the scan of an attached partition: its bounds as a CHECK, and the indexes of the parent. */
export function stepsBefore(catalog: Catalog | undefined, { table, partition, bound }: Joining): string {
  const name = derived(partition, 'bounds');
  const parent = catalog?.relation(table) ?? null;
  const indexes = catalog === undefined || parent === null ? [] : catalog.indexesOn(parent.id);
  const missing = indexes.flatMap(({ index }) => {
    if (catalog === undefined || index === null || index.columns.includes(null)) return [];
    const own = catalog.relation(partition);
    const has = own !== null && catalog.indexesOn(own.id).some((each) => each.index?.columns.join() === index.columns.join());
    const columns = index.columns.flatMap((column) => column ?? []);
    const made = derived(`${partition}_${columns.join('_')}`, 'idx');
    return has
      ? []
      : [`CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${made} ON ${partition} (${columns.map(quoted).join(', ')});`];
  });
  return [
    `ALTER TABLE ${partition} ADD CONSTRAINT ${name} CHECK (${boundsText(parent, bound) ?? '…'}) NOT VALID;`,
    '-- in a later file:',
    `ALTER TABLE ${partition} VALIDATE CONSTRAINT ${name};`,
    ...missing,
    '-- and then attach',
  ].join('\n');
}

export function boundsText(parent: CatalogRelation | null, bound: PartitionBoundSpec | undefined): string | null {
  const [key, ...more] = parent?.partitionKey ?? [];
  if (key == null || more.length > 0 || bound === undefined || String(bound.strategy) !== 'r') return null;
  const [lower, upper] = [limitOf(bound.lowerdatums?.[0]), limitOf(bound.upperdatums?.[0])];
  if (lower === null || upper === null) return null;
  const column = quoted(key);
  const parts = [
    `${column} IS NOT NULL`,
    ...(lower === 'MINVALUE' ? [] : [`${column} >= ${lower}`]),
    ...(upper === 'MAXVALUE' ? [] : [`${column} < ${upper}`]),
  ];
  return parts.join(' AND ');
}

/** A bound as PostgreSQL writes it in a condition; null for anything but a plain constant. */
function limitOf(node: unknown): string | null {
  const text = JSON.stringify(node) ?? '';
  if (text.includes('PARTITION_RANGE_DATUM_MINVALUE') || /"sval":"minvalue"/.test(text)) return 'MINVALUE';
  if (text.includes('PARTITION_RANGE_DATUM_MAXVALUE') || /"sval":"maxvalue"/.test(text)) return 'MAXVALUE';
  const whole = /"ival":\{(?:"ival":(-?\d+))?\}/.exec(text);
  if (whole !== null) return whole[1] ?? '0';
  const words = /"A_Const":\{[^{}]*"sval":\{"sval":"((?:[^"\\]|\\.)*)"\}/.exec(text);
  return words?.[1] === undefined ? null : `'${words[1].replaceAll("'", "''")}'`;
}

/** Whether a partition has its own copy of each index of the parent, so that none is built. */
function hasIndexes(catalog: Catalog, partition: CatalogRelation, parent: CatalogRelation): boolean {
  const own = catalog.indexesOn(partition.id).map(({ index }) => index);
  return catalog
    .indexesOn(parent.id)
    .every(({ index: wanted }) =>
      own.some(
        (index) =>
          index !== null &&
          wanted !== null &&
          index.valid &&
          index.method === wanted.method &&
          index.unique === wanted.unique &&
          index.expressions === wanted.expressions &&
          index.predicate === wanted.predicate &&
          JSON.stringify(index.columns) === JSON.stringify(wanted.columns),
      ),
    );
}
