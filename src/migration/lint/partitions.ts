import type { LockMode } from '../../domain/plan.ts';
import { relationOf } from '../names.ts';
import { attached, stepsBefore } from './attached.ts';
import { dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudges } from './effect.ts';
import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Catalog } from './catalog.ts';
import { defaultPartition, family, foreignKeysOf, named } from './reach.ts';

/** Partitions and inheritance, rows 86, 88–92. CREATE TABLE … PARTITION OF is with the tables. */
export const partitions: CommandJudges = {
  AT_AttachPartition(command, { table, context }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    const what = `ATTACH PARTITION ${partition}`;
    const locks = [...lock('ACCESS EXCLUSIVE', partition), ...lock('SHARE UPDATE EXCLUSIVE', table)];
    const scan = warning(
      'attach_scan',
      `${partition} is read whole under ACCESS EXCLUSIVE unless a valid CHECK proves its bounds and it has every index of ${table}.`,
      stepsBefore(context.catalog, { table, partition, bound: part.bound }),
    );
    const found = context.catalog === undefined ? null : attached(context.catalog, { table, partition, bound: part.bound });
    if (found === null) {
      const depends = dependsOn(`a valid CHECK on ${partition}, and on a DEFAULT partition, which is locked and read too`);
      return effect({ what, locks, scans: [partition], hazards: [scan, depends] });
    }
    return effect({
      what,
      locks: [...locks, ...found.locks],
      scans: [...(found.reads ? [partition] : []), ...found.scans],
      hazards: [...(found.reads ? [scan] : []), ...found.hazards],
    });
  },
  AT_DetachPartition(command, { table, context }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    const parent = context.catalog?.relation(table) ?? null;
    const fallback = context.catalog === undefined || parent === null ? null : defaultPartition(context.catalog, parent);
    const others = fallback === null || context.catalog === undefined ? [] : [context.catalog.show(fallback)];
    const below = family(context.catalog, partition).slice(1);
    if (part.concurrent === true) {
      return effect({
        what: `DETACH PARTITION ${partition} CONCURRENTLY`,
        locks: [...lock('SHARE UPDATE EXCLUSIVE', table), ...lock('ACCESS EXCLUSIVE', partition, ...below)],
        // The partition is locked only after everybody who used it through its parent is done.
        blocks: 'ddl',
        hazards: [
          ...others.map((name) =>
            fails('55000', `${table} has the DEFAULT partition ${name}, beside which nothing is detached CONCURRENTLY.`),
          ),
          note(
            'waits_for_transactions',
            `Waits for every transaction that uses ${table}. Refused when there is a DEFAULT partition; interrupted it leaves "detach pending": DETACH … FINALIZE.`,
          ),
        ],
      });
    }
    return effect({
      what: `DETACH PARTITION ${partition}`,
      locks: [
        ...lock('ACCESS EXCLUSIVE', table, partition, ...below, ...others),
        // The partition gets foreign keys of its own.
        ...lock('SHARE ROW EXCLUSIVE', ...joinedTo(context.catalog, parent)),
      ],
      hazards: [
        warning(
          'detach',
          `Nobody reads or writes ${[table, ...others].join(', ')} for the moment it takes, nor while it waits.`,
          others.length > 0 ? undefined : `ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY;`,
        ),
        ...(parent === null ? [dependsOn('whether there is a DEFAULT partition, which is locked too')] : []),
      ],
    });
  },
  AT_DetachPartitionFinalize(command, { table }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    return effect({
      what: `DETACH PARTITION ${partition} FINALIZE`,
      locks: [...lock('SHARE UPDATE EXCLUSIVE', table), ...lock('ACCESS EXCLUSIVE', partition)],
    });
  },
  AT_AddInherit: inheritance('INHERIT', 'SHARE UPDATE EXCLUSIVE'),
  AT_DropInherit: inheritance('NO INHERIT', 'ACCESS SHARE'),
};

/** Tables that foreign keys join to one, on either side. */
function joinedTo(catalog: Catalog | undefined, table: CatalogRelation | null): readonly string[] {
  if (catalog === undefined || table === null) return [];
  const out = foreignKeysOf(catalog, table).map(({ references }) => references);
  return named(catalog, [...out, ...catalog.foreignKeysTo(table.id).map(({ relation }) => relation)]);
}

function inheritance(words: string, mode: LockMode): NonNullable<CommandJudges['AT_AddInherit']> {
  return (command, { table }) => {
    const parent = command.def !== undefined && 'RangeVar' in command.def ? relationOf(command.def.RangeVar) : '';
    return effect({ what: `${words} ${parent}`, locks: [...lock('ACCESS EXCLUSIVE', table), ...lock(mode, parent)] });
  };
}
