import { parserInUse } from '../parser.ts';
import { functionsCalled } from '../walk.ts';
import type { Catalog } from './catalog.ts';

/** Built-in VOLATILE functions that appear in defaults and queries (pg_proc.provolatile = 'v', PostgreSQL 14–18). */
const VOLATILE = words(`
clock_timestamp gen_random_uuid uuidv4 uuidv7 random random_normal array_shuffle array_sample nextval setval currval lastval timeofday
setseed current_query lo_create lo_import lo_export lo_unlink txid_status set_config`);

/** Built-in functions that are IMMUTABLE or STABLE, aggregates and window functions; what is not listed counts as unknown. */
const STEADY = words(`
abs age array_agg array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions array_prepend array_remove
array_replace array_to_json array_to_string array_upper ascii avg bit_and bit_count bit_length bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling
char_length character_length chr coalesce concat concat_ws convert convert_from convert_to corr count cume_dist current_catalog current_database
current_schema current_schemas current_setting current_user date date_bin date_part date_trunc decode degrees dense_rank div encode enum_first enum_last enum_range
every exp extract factorial first_value floor format format_type gcd generate_series generate_subscripts get_bit get_byte greatest has_column_privilege
has_database_privilege has_function_privilege has_schema_privilege has_table_privilege host hostmask initcap inet_merge isempty isfinite json_agg
json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
json_extract_path_text json_object json_object_agg json_object_keys json_populate_record json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements
jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first
jsonb_populate_record jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lag last_value lcm
lead least left length ln log log10 lower lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz masklen max md5 min mod mode network
normalize now nth_value ntile nullif num_nonnulls num_nulls numnode obj_description octet_length overlay parse_ident percent_rank percentile_cont
percentile_disc pi plainto_tsquery phraseto_tsquery position power quote_ident quote_literal quote_nullable radians range_agg range_merge rank regexp_count
regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right round row_number
row_to_json rpad rtrim scale session_user set_bit set_byte setweight sha224 sha256 sha384 sha512 sign similar_to_escape split_part sqrt starts_with statement_timestamp
stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr substring sum text to_ascii to_char to_date to_hex to_json to_jsonb
to_number to_regclass to_regproc to_regtype to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim trim_array trim_scale trunc ts_headline
ts_rank ts_rank_cd tsvector_to_array unistr unnest upper var_pop var_samp variance version websearch_to_tsquery width_bucket timezone xmlagg
abbrev atan atan2 cos sin tan acos asin cot lower_inc lower_inf upper_inc upper_inf int4range int8range numrange tsrange tstzrange daterange inet_same_family family broadcast netmask text_to_xml
current_date current_time current_timestamp localtime localtimestamp btrim bytea_to_text timestamp timestamptz interval int4 int8 float8 numeric bool varchar bpchar uuid_extract_timestamp uuid_extract_version like_escape grouping any_value`);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Functions of an expression that answer anew for each row; `unknown` ones are the user's, and VOLATILE is what CREATE FUNCTION makes by default. */
export function volatility(
  expression: unknown,
  catalog: Catalog | undefined,
): { readonly volatile: readonly string[]; readonly unknown: readonly string[] } {
  const volatile: string[] = [];
  const unknown: string[] = [];
  for (const { name, args } of functionsCalled(expression)) {
    if (STEADY.has(name)) continue;
    const isVolatile = VOLATILE.has(name) ? true : isVolatileHere(catalog, name, args.length);
    if (isVolatile === true) volatile.push(name);
    if (isVolatile === null) unknown.push(name);
  }
  return { volatile, unknown };
}

/** What the live schema says of a function; several of one name count as the worst that fits. Null: it knows none. */
function isVolatileHere(catalog: Catalog | undefined, name: string, given: number): boolean | null {
  if (catalog === undefined) return null;
  const fitting = catalog.functions(name).filter((each) => each.arguments >= given && each.arguments - each.defaults <= given);
  if (fitting.length === 0) return null;
  return fitting.some(
    ({ volatility: declared, inlineable }) => declared === 'v' && (inlineable === null || isInlinedVolatile(catalog, inlineable)),
  );
}

/** A SQL function that is one expression stands for that expression, whatever it is declared: then only the expression counts. */
function isInlinedVolatile(catalog: Catalog, body: string): boolean {
  const expression = onlyExpression(body);
  if (expression === null) return true;
  const inner = volatility(expression, catalog);
  return inner.volatile.length + inner.unknown.length > 0;
}

/** The one expression of `SELECT expression` or `RETURN expression`; null for any other body. */
function onlyExpression(body: string): unknown {
  const parser = parserInUse();
  if (parser === null) return null;
  try {
    const { stmts = [] } = parser.parse(body.trim().replace(/^RETURN\b/i, 'SELECT'));
    const statement = stmts[0]?.stmt;
    if (stmts.length !== 1 || statement === undefined || !('SelectStmt' in statement)) return null;
    const { targetList = [], op, limitOption, ...rest } = statement.SelectStmt;
    const isPlain = targetList.length === 1 && op === 'SETOP_NONE' && (limitOption ?? 'LIMIT_OPTION_DEFAULT') === 'LIMIT_OPTION_DEFAULT';
    return isPlain && Object.keys(rest).length === 0 ? targetList[0] : null;
  } catch {
    return null;
  }
}

/** Functions a query calls that are not PostgreSQL's own as far as is known here: they may do anything. */
export function foreignFunctions(query: unknown): readonly string[] {
  return functionsCalled(query)
    .map(({ name }) => name)
    .filter((name) => !STEADY.has(name) && !VOLATILE.has(name) && !/^(?:pg_|has_|lo_|inet_|xml|ts_|txid_)/.test(name));
}
