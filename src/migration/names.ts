import type { Node, RangeVar } from 'libpg-query';

/** Words that need quotes as a name: PostgreSQL's keywords that are not "unreserved" (Appendix C). */
const KEYWORDS = new Set(
  `
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike
in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset
on only or order out outer overlaps overlay placing position precision primary real references returning right row
select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to
trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes
xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
`
    .trim()
    .split(/\s+/),
);

/** A name as SQL writes it: quoted when it must be, like PostgreSQL's quote_ident. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * Parts of a qualified name as one name, like `regclass::text` writes it. `public.` is left out, so that `leads` and
 * `public.leads` are the same relation.
 */
export function qualified(parts: readonly string[]): string {
  const [schema, ...rest] = parts.slice(-2);
  if (schema === undefined) return '';
  if (rest.length === 0) return quoted(schema);
  return schema === 'public' ? quoted(rest[0] ?? '') : `${quoted(schema)}.${quoted(rest[0] ?? '')}`;
}

/** The relation a statement names. */
export function relationOf(range: RangeVar | undefined): string {
  if (range?.relname === undefined) return '';
  return qualified(range.schemaname === undefined ? [range.relname] : [range.schemaname, range.relname]);
}

/** The words of a list of String nodes, e.g. of a qualified name. */
export function wordsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node && node.String.sval !== undefined ? [node.String.sval] : []));
}

/** The words of an object of DROP or COMMENT: a String, a List of them, or an object with arguments. */
export function objectWords(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if ('String' in node) return wordsOf([node]);
  if ('List' in node) return wordsOf(node.List.items);
  if ('TypeName' in node) return wordsOf(node.TypeName.names);
  if ('ObjectWithArgs' in node) return wordsOf(node.ObjectWithArgs.objname);
  return [];
}

const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const WRITTEN = new RegExp(`^(?:(${IDENTIFIER})\\.)?(${IDENTIFIER})$`);

/** A name as somebody typed it (`Leads`, `sales."Lead"`), as PostgreSQL would read it; null when it is no name. */
export function readName(written: string): string | null {
  const match = WRITTEN.exec(written);
  if (match === null) return null;
  return qualified([match[1], match[2]].filter((part) => part !== undefined).map(folded));
}

function folded(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase();
}

/** The name of an index of a table, which lives in the table's schema. */
export function besides(table: string, index: string): string {
  const dot = table.lastIndexOf('.');
  return dot === -1 || table.endsWith('"') ? quoted(index) : `${table.slice(0, dot)}.${quoted(index)}`;
}

/** A new name made from a relation's or column's: `derived('sales."Lead"', 'key')` is `"sales_Lead_key"`. */
export function derived(name: string, suffix: string): string {
  return quoted(`${name.replaceAll('"', '').replaceAll('.', '_')}_${suffix}`);
}

/** A name as written, taken apart: schema (null without one) and last part, unquoted and folded. */
export function nameParts(written: string): readonly [string | null, string] {
  const match = WRITTEN.exec(written);
  if (match === null) return [null, written];
  const [schema, last] = [match[1], match[2] ?? ''];
  return [schema === undefined ? null : folded(schema), folded(last)];
}
