import type { TypeName } from 'libpg-query';
import { qualified, wordsOf } from '../names.ts';

const SQL_NAMES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'varchar',
  bpchar: 'char',
};

const SERIALS = new Set(['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']);

const BUILT_IN = new Set(
  'text uuid json jsonb bytea date timestamp timestamptz time timetz interval numeric inet cidr macaddr macaddr8 xml money point line lseg box path polygon circle tsvector tsquery oid name citext hstore bool boolean int2 int4 int8 float4 float8 varchar bpchar bit varbit int4range int8range numrange daterange tsrange tstzrange pg_lsn regclass regtype vector geometry geography ltree'.split(
    ' ',
  ),
);

/** A type as SQL writes it, e.g. `numeric(10,2)[]`; `…` for modifiers that are no plain numbers. */
export function typeText(type: TypeName | undefined): string {
  const words = wordsOf(type?.names);
  const name = words[0] === 'pg_catalog' ? (SQL_NAMES[words[1] ?? ''] ?? words[1] ?? '') : qualified(words);
  const modifiers = (type?.typmods ?? []).map((node) =>
    'A_Const' in node && node.A_Const.ival !== undefined ? String(node.A_Const.ival.ival ?? 0) : '…',
  );
  const isInterval = name === 'interval';
  const arrays = (type?.arrayBounds ?? []).map(() => '[]').join('');
  return `${name}${modifiers.length > 0 && !isInterval ? `(${modifiers.join(',')})` : ''}${arrays}`;
}

/** `serial` and its kin: an integer with a default from a new sequence. */
export function isSerial(type: TypeName | undefined): boolean {
  const words = wordsOf(type?.names);
  return words.length === 1 && SERIALS.has(words[0] ?? '');
}

/** The name of a type that is not PostgreSQL's own (an enum, a domain, a composite); null otherwise, and for arrays of it. */
export function userType(type: TypeName | undefined): string | null {
  const words = wordsOf(type?.names);
  if (words[0] === 'pg_catalog' || (words.length === 1 && (BUILT_IN.has(words[0] ?? '') || isSerial(type)))) return null;
  return qualified(words);
}
