import { escapeLiteral } from 'pg';
import { quoted } from '../sql-shape.ts';

/** One column of a backfill's key. */
export type KeyColumn = { readonly name: string; readonly type: string };

/** A position in the key's order: the text of each column's value. */
export type Key = readonly string[];

/** The columns a directive names, `tenant_id,id`, unquoted; a name without quotes means what it says, or its lower case. */
export function columnsNamed(key: string): readonly string[] {
  const parts = key.match(/"(?:[^"]|"")*"|[^,"]+/g) ?? [];
  return parts.map((part) => part.trim()).map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}

/** A key as its marker keeps it: the text itself for one column, a JSON list for several. */
export function writeKey(key: Key): string {
  return key.length === 1 ? (key[0] ?? '') : JSON.stringify(key);
}

/** The same, read back. */
export function readKey(text: string, columns: readonly KeyColumn[]): Key {
  return columns.length === 1 ? [text] : (JSON.parse(text) as string[]);
}

/** `("t"."a", "t"."b") > ($1::bigint, $2::uuid)`: one comparison that an index over these columns answers. */
function compared(alias: string, columns: readonly KeyColumn[], how: { readonly operator: '>' | '<='; readonly from: number }): string {
  const sides = [columns.map(({ name }) => `${alias}.${quoted(name)}`), columns.map(({ type }, index) => `$${how.from + index}::${type}`)];
  return sides.map((side) => (side.length === 1 ? side[0] : `(${side.join(', ')})`)).join(` ${how.operator} `);
}

/** The range of a batch as a condition, and its values in order: up to and with `to`, behind `after` where there is one. */
export function withinRange(alias: string, columns: readonly KeyColumn[], lowerEdge: boolean): string {
  const upper = compared(alias, columns, { operator: '<=', from: 1 });
  return lowerEdge ? `(${compared(alias, columns, { operator: '>', from: 1 + columns.length })} AND ${upper})` : `(${upper})`;
}

/** A key as SQL: literals of its types, for a message that carries no parameters. */
export function literal(key: Key, columns: readonly KeyColumn[]): string {
  const values = columns.map(({ type }, index) => `${escapeLiteral(key[index] ?? '')}::${type}`);
  return values.length === 1 ? (values[0] ?? '') : `(${values.join(', ')})`;
}

/** The columns as a row to compare a literal with. */
export function rowOf(alias: string, columns: readonly KeyColumn[]): string {
  const names = columns.map(({ name }) => `${alias}.${quoted(name)}`);
  return names.length === 1 ? (names[0] ?? '') : `(${names.join(', ')})`;
}
