import type { CatalogConstraint } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { derived, quoted } from '../names.ts';
import { columnConversion, sameOrder, sizedType } from './column-type.ts';
import type { Sized } from './column-type.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudge, Effect } from './effect.ts';
import { columnOf, foreignKeysOf, keyOf, named, ownedSequences } from './reach.ts';
import type { Found } from './reach.ts';
import { typeText } from './type-name.ts';

/** ALTER COLUMN … TYPE, rows 33–43: what the catalog says of the present type, keys, views and indexes decides nearly all of it. */
export const alterType: CommandJudge = (command, { table, context }) => {
  const column = quoted(command.name ?? '');
  const definition = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef : {};
  const type = typeText(definition.typeName);
  const next = derived(column, 'new');
  const recipe = `ALTER TABLE ${table} ADD COLUMN ${next} ${type};\n-- a trigger that keeps ${next} equal for new writes, then:\n-- offpeak: backfill table=${table} key=${keyOf(context.catalog, table)}\nUPDATE ${table} SET ${next} = ${column}::${type} WHERE ${next} IS NULL;\n-- later, in one transaction: rename ${column} away and ${next} to ${column}`;
  const rewrite = danger('rewrite_type', `${table} is rewritten with its indexes; nobody reads or writes it meanwhile.`, recipe);
  const what = `ALTER COLUMN ${column} TYPE ${type}`;
  const found = columnOf(context.catalog, table, command.name);
  if (found === null) {
    const depends = dependsOn(
      `the present type of ${column}: widening varchar or numeric, or varchar to text, does not rewrite. A foreign key on it locks the other table too, and a view on it makes it fail`,
    );
    return effect({ what, locks: lock('ACCESS EXCLUSIVE', table), rewrites: [table], scans: [table], hazards: [rewrite, depends] });
  }
  const to = sizedType(found.catalog, definition.typeName);
  const converted = columnConversion(found.catalog, found.column, to, definition.raw_default);
  const collated = (definition.collClause?.collname ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : [])).at(-1);
  const reordered = !sameOrder(found.catalog, found.column, to) || (collated ?? null) !== found.column.collation;
  const rewrites = converted !== 'kept';
  const keys = reachOfKeys(found, rewrites || reordered);
  const rebuilt = rewrites ? [] : rebuiltUnderLock(found, reordered);
  return effect({
    what,
    locks: [...lock('ACCESS EXCLUSIVE', table), ...keys.locks, ...sequenceLocks(found, to)],
    rewrites: rewrites ? [table, ...sequenceLocks(found, to).map(({ relation }) => relation)] : [],
    scans: [...(rewrites || rebuilt.length > 0 ? [table] : []), ...keys.scans],
    hazards: [
      ...refusals(found, converted === 'impossible' && definition.raw_default === undefined ? type : null),
      ...(rewrites ? [rewrite] : rebuilt),
      ...keys.hazards,
      ...(rewrites && found.column.type === 'timestamp' && to.type === 'timestamptz' ? [IN_UTC] : []),
    ],
  });
};

const IN_UTC = note('timezone', `Only a session in TimeZone UTC makes a timestamptz of a timestamp without writing every row.`);

/** Foreign keys on the column are dropped and made again: both tables are locked, and read when the comparison changes. */
function reachOfKeys({ catalog, relation, column }: Found, compared: boolean): Pick<Effect, 'locks' | 'scans' | 'hazards'> {
  const own = foreignKeysOf(catalog, relation).filter(({ columns }) => columns.includes(column.name));
  const pointing = catalog.foreignKeysTo(relation.id).filter(({ referencedColumns }) => referencedColumns.includes(column.name));
  const sides = ({ relation: from, references }: CatalogConstraint) => [from, references];
  const tables = named(catalog, [...own, ...pointing].flatMap(sides)).filter((name) => name !== catalog.show(relation));
  const read = compared ? named(catalog, [...own, ...pointing].filter(({ valid }) => valid).flatMap(sides)) : [];
  const hazards = tables.map((other) =>
    danger(
      'locks_other_table',
      `A foreign key joins ${column.name} to ${other}: nobody reads or writes ${other} meanwhile either. Drop the foreign key first, and add it again NOT VALID.`,
    ),
  );
  return { locks: lock('ACCESS EXCLUSIVE', ...tables), scans: read, hazards };
}

/** What is built or checked anew although the rows stay: indexes whose order changes or that compute something, and CHECKs. */
function rebuiltUnderLock({ catalog, relation, column }: Found, reordered: boolean): readonly Hazard[] {
  const uses = (text: string | null) =>
    text !== null && new RegExp(`(?:^|[^\\w"])${RegExp.escape(quoted(column.name))}(?:$|[^\\w"])`).test(text);
  const indexes = catalog.indexesOn(relation.id).filter(({ index }) => {
    if (index === null) return false;
    const computed = index.expressions !== null || index.predicate !== null;
    const touched = index.columns.includes(column.name) || uses(index.expressions) || uses(index.predicate);
    return touched && (computed || (reordered && index.columns.includes(column.name)));
  });
  const checks = catalog
    .constraintsOn(relation.id)
    .filter(({ kind, valid, columns }) => kind === 'c' && valid && columns.includes(column.name));
  const table = catalog.show(relation);
  return [
    ...indexes.map((index) =>
      warning('index_rebuilt', `The index ${catalog.show(index)} is built anew while nobody reads or writes ${table}.`),
    ),
    ...checks.map(({ name }) =>
      warning('scan_check', `Every row of ${table} is checked again for ${name} while nobody reads or writes it.`),
    ),
  ];
}

/** An identity column's sequence follows its type. */
function sequenceLocks({ catalog, relation, column }: Found, to: Sized): Effect['locks'] {
  if (!column.identity || column.type === to.type) return [];
  return lock('SHARE ROW EXCLUSIVE', ...ownedSequences(catalog, relation, column.number).map(catalog.show));
}

/** What PostgreSQL says no to: another type without USING, and whatever spells the column's type out. */
function refusals({ catalog, relation, column }: Found, impossible: string | null): readonly Hazard[] {
  const name = quoted(column.name);
  const hazards: Hazard[] = [];
  if (impossible !== null) {
    const table = catalog.show(relation);
    hazards.push(
      fails(
        '42804',
        `${name} is ${column.type}, which does not become ${impossible} by itself. Say how.`,
        `ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${impossible} USING ${name}::${impossible};`,
      ),
    );
  }
  if (relation.partitionKey.includes(column.name)) {
    hazards.push(fails('42P16', `${name} is in the partition key of ${catalog.show(relation)}; its type stays.`));
  }
  for (const { on, by, relation: owner } of catalog.dependentsOn('relation', relation.id)) {
    if (on.column !== column.number) continue;
    const holder = catalog.byId(owner);
    const where = holder === null ? '' : ` ${catalog.show(holder)}`;
    const isView = by.kind === 'relation' && (holder?.kind === 'v' || holder?.kind === 'm');
    const isGenerated =
      owner === relation.id &&
      (by.kind === 'relation' ? by.column !== 0 : by.kind === 'default' && isForAnother(catalog, by.id, column.number));
    if (isView || by.kind === 'rule' || by.kind === 'policy' || by.kind === 'trigger' || isGenerated) {
      const kind = isView ? 'the view' : isGenerated ? 'a generated column of' : `a ${by.kind} on`;
      hazards.push(
        fails('0A000', `${kind}${where} spells out the type of ${name}. Drop it before and make it again after, in the same file.`),
      );
    }
  }
  return hazards;
}

/** Whether a default computes another column than this one: a generated one. */
function isForAnother(catalog: Found['catalog'], id: number, column: number): boolean {
  return catalog.dependenciesOf('default', id).some(({ on }) => {
    const other =
      on.kind === 'relation' && on.column !== column ? catalog.byId(on.id)?.columns.find(({ number }) => number === on.column) : undefined;
    return other !== undefined && other.generated !== null;
  });
}
