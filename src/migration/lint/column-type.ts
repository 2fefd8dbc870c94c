import type { Node, TypeName } from 'libpg-query';
import type { CatalogColumn } from '../../domain/catalog.ts';
import { qualified, wordsOf } from '../names.ts';
import type { Catalog } from './catalog.ts';

/** A type with its limit: typmod -1 is none. */
export type Sized = { readonly type: string; readonly typmod: number };

const UNLIMITED = -1;
const HEADER = 4;
const FULL_INTERVAL = 0x7fff;

/** The type a statement names, under the key columns of the catalog have. */
export function sizedType(catalog: Catalog, name: TypeName | undefined): Sized {
  const words = wordsOf(name?.names);
  const bare = words[0] === 'pg_catalog' ? (words[1] ?? '') : catalog.typeKey(qualified(words));
  if ((name?.arrayBounds ?? []).length > 0) {
    const dot = bare.lastIndexOf('.');
    return {
      type: dot === -1 ? `_${bare}` : `${bare.slice(0, dot)}._${bare.slice(dot + 1)}`,
      typmod: limitOf(bare, numbersOf(name?.typmods)),
    };
  }
  return { type: bare, typmod: limitOf(bare, numbersOf(name?.typmods)) };
}

function numbersOf(nodes: readonly Node[] | undefined): readonly number[] {
  return (nodes ?? []).map((node) => ('A_Const' in node ? (node.A_Const.ival?.ival ?? 0) : Number.NaN));
}

/** pg_attribute.atttypmod for a type with these modifiers. */
function limitOf(type: string, [first, second]: readonly number[]): number {
  if (type === 'interval') {
    if (first === undefined) return UNLIMITED;
    return ((first & FULL_INTERVAL) << 16) | ((second ?? 0xffff) & 0xffff);
  }
  if (first === undefined) return UNLIMITED;
  if (type === 'varchar' || type === 'bpchar') return first + HEADER;
  if (type === 'numeric') return ((first << 16) | ((second ?? 0) & 0x7ff)) + HEADER;
  return first;
}

/** The domain's base, through domains of domains, and whether values are checked on the way. */
function unwrapped(catalog: Catalog, sized: Sized): Sized & { readonly checked: boolean } {
  let { type, typmod } = sized;
  let checked = false;
  for (let domain = domainOf(catalog, type); domain !== null; domain = domainOf(catalog, type)) {
    checked ||= domain.notNull || catalog.constraintsOfDomain(type).some(({ kind }) => kind === 'c');
    typmod = domain.baseTypmod;
    type = domain.base ?? '';
  }
  return { type, typmod, checked };
}

function domainOf(catalog: Catalog, type: string) {
  const found = catalog.state.types.find(({ schema, name, kind }) => kind === 'd' && `${schema}.${name}` === type);
  return found ?? null;
}

/** Whether values of a type are checked: it is a domain with a constraint, also indirectly. Null: no type of that name is there. */
export function isCheckedType(catalog: Catalog, name: string): boolean | null {
  if (catalog.type(name) === null) return null;
  return unwrapped(catalog, { type: catalog.typeKey(name), typmod: UNLIMITED }).checked;
}

/** How one type becomes another: without a byte changed, by writing every row, or not without USING (42804). */
export type Conversion = 'kept' | 'rewritten' | 'impossible';

/** What PostgreSQL does with the values when a column of one type becomes another (ATColumnChangeRequiresRewrite). */
function conversion(catalog: Catalog, from: Sized, to: Sized): Conversion {
  const target = unwrapped(catalog, to);
  if (target.checked) return 'rewritten';
  const source = unwrapped(catalog, from);
  if (source.type === target.type) return isKept(source.type, source.typmod, target.typmod) ? 'kept' : 'rewritten';
  if (source.type.startsWith('_') && target.type.startsWith('_')) {
    const elements = conversion(catalog, { ...source, type: source.type.slice(1) }, { ...target, type: target.type.slice(1) });
    // Each element is converted, also where a value on its own would stay.
    return elements === 'kept' ? 'rewritten' : elements;
  }
  const cast = catalog.state.casts.find((each) => each.source === source.type && each.target === target.type);
  if (cast === undefined) return isText(target.type) ? 'rewritten' : 'impossible';
  if (cast.context === 'e') return 'impossible';
  const plain = cast.method === 'b' || (isTimestamps(source.type, target.type) && isUtc(catalog.state.timeZone));
  return plain && isKept(target.type, UNLIMITED, target.typmod) ? 'kept' : 'rewritten';
}

const isText = (type: string) => type === 'text' || type === 'varchar' || type === 'bpchar';

function isTimestamps(a: string, b: string): boolean {
  return [a, b].every((type) => type === 'timestamp' || type === 'timestamptz');
}

/** Zones that have always been at +00:00. */
const isUtc = (zone: string) => /^(?:etc\/)?(?:utc|uct|gmt|gmt[+-]?0|universal|zulu|greenwich)$/i.test(zone);

/** Whether a new limit lets every value of the old one pass unchanged, as the planner can prove it. */
function isKept(type: string, old: number, next: number): boolean {
  if (next === UNLIMITED || next === old) return true;
  switch (type) {
    case 'varchar':
    case 'varbit':
      return old !== UNLIMITED && old <= next;
    case 'numeric':
      return old !== UNLIMITED && scaleOf(old) === scaleOf(next) && (old - HEADER) >> 16 <= (next - HEADER) >> 16;
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return next >= 6 || (old !== UNLIMITED && old <= next);
    case 'interval':
      return isIntervalKept(old, next);
    default:
      return false;
  }
}

const scaleOf = (typmod: number) => (typmod - HEADER) & 0x7ff;

/** What counts is the least field that is kept, and the digits behind seconds. */
function isIntervalKept(old: number, next: number): boolean {
  const precision = next & 0xffff;
  const oldPrecision = old === UNLIMITED ? 0xffff : old & 0xffff;
  const [least, oldLeast] = [leastField(next), leastField(old)];
  return least <= oldLeast && (oldLeast > 0 || precision >= 6 || precision >= oldPrecision);
}

/** Seconds 0, minutes 1, hours 2, days 3, months 4, years 5 (INTERVAL_MASK of PostgreSQL). */
function leastField(typmod: number): number {
  const range = typmod === UNLIMITED ? FULL_INTERVAL : (typmod >> 16) & FULL_INTERVAL;
  const bits = [12, 11, 10, 3, 1, 2];
  return range === FULL_INTERVAL ? 0 : bits.findIndex((bit) => (range & (1 << bit)) !== 0);
}

/**
 * What ALTER COLUMN … TYPE does to the values. With USING: the column itself, cast along ways that change no byte, is kept;
 * any other expression is computed for each row.
 */
export function columnConversion(catalog: Catalog, column: CatalogColumn, to: Sized, using: Node | undefined): Conversion {
  if (using === undefined) return conversion(catalog, column, to);
  const computed = valueOf(catalog, column, using);
  if (computed === null) return 'rewritten';
  return conversion(catalog, computed, to) === 'kept' ? 'kept' : 'rewritten';
}

/** The type an expression has when it is the unchanged column; null when it is anything else. */
function valueOf(catalog: Catalog, column: CatalogColumn, expression: Node): Sized | null {
  if ('ColumnRef' in expression) return wordsOf(expression.ColumnRef.fields).at(-1) === column.name ? column : null;
  if (!('TypeCast' in expression) || expression.TypeCast.arg === undefined) return null;
  const inner = valueOf(catalog, column, expression.TypeCast.arg);
  const outer = sizedType(catalog, expression.TypeCast.typeName);
  return inner !== null && conversion(catalog, inner, outer) === 'kept' ? outer : null;
}

const FAMILIES: Readonly<Record<string, string>> = { varchar: 'text', cidr: 'inet' };

/** Whether an index on the column stays as it is when the type changes without a rewrite: same comparison, same collation, no expression. */
export function sameOrder(catalog: Catalog, from: Sized, to: Sized): boolean {
  const [a, b] = [unwrapped(catalog, from).type, unwrapped(catalog, to).type];
  return (FAMILIES[a] ?? a) === (FAMILIES[b] ?? b);
}
