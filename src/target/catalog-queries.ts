/** Schemas whose objects no migration touches. */
const FOREIGN = `n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') OR n.nspname ~ '^pg_(toast_)?temp_'`;

const OWN = `own AS (SELECT n.oid, n.nspname FROM pg_namespace n WHERE NOT (${FOREIGN}))`;

/** The session: how names are looked up, the time zone, and where tables without a tablespace lie. */
export const SESSION = `
  SELECT current_setting('server_version_num')::int / 10000 AS major, current_schemas(false)::text[] AS path, current_setting('TimeZone') AS zone, current_user AS role,
         (SELECT spcname FROM pg_tablespace s JOIN pg_database d ON d.dattablespace = s.oid WHERE d.datname = current_database()) AS tablespace,
         (SELECT coalesce(json_agg(json_build_object('id', n.oid::int8, 'name', nspname)), '[]') FROM pg_namespace n WHERE NOT (${FOREIGN})) AS schemas,
         (SELECT coalesce(json_agg(json_build_object('id', e.oid::int8, 'name', extname)), '[]') FROM pg_extension e) AS extensions`;

/** Relations with columns, parents, partition keys and index facts; sizes as VACUUM and ANALYZE left them. */
export const RELATIONS = `
  WITH ${OWN}, column_of AS (
    SELECT a.attrelid, json_agg(json_build_array(a.attnum, a.attname, t.typname, tn.nspname, a.atttypmod, a.attnotnull, a.atthasdef,
             a.attidentity, a.attgenerated, CASE WHEN a.attcollation <> t.typcollation THEN l.collname END) ORDER BY a.attnum) AS columns
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN own ON own.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_namespace tn ON tn.oid = t.typnamespace LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'S', 't') GROUP BY a.attrelid
  )
  SELECT c.oid::int8::float8 AS id, own.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
         pg_get_userbyid(c.relowner) AS owner, m.amname AS method, s.spcname AS tablespace,
         c.relpages::float8 * current_setting('block_size')::int AS bytes, c.reltuples::float8 AS rows, column_of.columns,
         (SELECT json_agg(h.inhparent::int8 ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = c.oid) AS parents, c.relispartition AS is_partition,
         EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partdefid = c.oid) AS is_default,
         (SELECT json_agg((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.number AND k.number > 0) ORDER BY k.position)
          FROM pg_partitioned_table p, unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (number, position) WHERE p.partrelid = c.oid) AS partition_key,
         CASE WHEN i.indexrelid IS NOT NULL THEN json_build_object('table', i.indrelid::int8, 'unique', i.indisunique, 'valid', i.indisvalid, 'method', m.amname,
           'columns', (SELECT json_agg((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0) ORDER BY k.position)
                       FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, position)),
           'keys', i.indnkeyatts, 'expressions', CASE WHEN i.indexprs IS NOT NULL THEN '?' END, 'predicate', CASE WHEN i.indpred IS NOT NULL THEN '?' END) END AS index
  FROM pg_class c JOIN own ON own.oid = c.relnamespace LEFT JOIN column_of ON column_of.attrelid = c.oid LEFT JOIN pg_am m ON m.oid = c.relam
  LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')`;

/** Tables that somebody holds, or waits for, in a lock that stops even readers: looking at those would make us wait. */
const HELD = `held AS (SELECT relation FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/** What CHECKs, and indexes with expressions or conditions, say. PostgreSQL opens the table to write it down. */
export const CONDITIONS = `
  WITH ${OWN}, ${HELD}
  SELECT k.oid::int8::float8 AS id, pg_get_expr(k.conbin, k.conrelid) AS condition, NULL AS expressions
  FROM pg_constraint k JOIN own ON own.oid = k.connamespace WHERE k.contype = 'c' AND k.conrelid NOT IN (SELECT relation FROM held)
  UNION ALL
  SELECT i.indexrelid::int8::float8, pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN own ON own.oid = c.relnamespace
  WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL) AND i.indrelid NOT IN (SELECT relation FROM held)`;

/** Sizes as they are now; pg_relation_size opens each relation. */
export const SIZES = `
  WITH ${OWN}, ${HELD} SELECT c.oid::int8::float8 AS id, pg_relation_size(c.oid)::float8 AS bytes
  FROM pg_class c JOIN own ON own.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND c.oid NOT IN (SELECT relation FROM held)`;

/** The queries of materialised views, which pg_get_viewdef reads under ACCESS SHARE. */
export const QUERIES = `
  WITH ${OWN} SELECT c.oid::int8::float8 AS id, pg_get_viewdef(c.oid) AS query
  FROM pg_class c JOIN own ON own.oid = c.relnamespace WHERE c.relkind = 'm'`;

/** How far sequences are through their range; null for those the role may not read. */
export const SEQUENCES = `
  SELECT q.seqrelid::int8::float8 AS id,
         CASE WHEN has_sequence_privilege(q.seqrelid, 'SELECT,USAGE') AND q.seqincrement > 0
              THEN coalesce(pg_sequence_last_value(q.seqrelid), 0)::float8 / q.seqmax::float8 END AS used
  FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT (${FOREIGN})`;

export const CONSTRAINTS = `
  WITH ${OWN}, named AS NOT MATERIALIZED (SELECT attrelid, attnum, attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped)
  SELECT k.oid::int8::float8 AS id, k.conname AS name, k.contype AS kind, k.conrelid::int8::float8 AS relation, t.typname AS type, tn.nspname AS type_schema,
         k.convalidated AS valid, k.conindid::int8::float8 AS index, k.confrelid::int8::float8 AS references, k.confdeltype AS on_delete,
         (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.conkey) WITH ORDINALITY AS x (number, position)
          JOIN named a ON a.attrelid = k.conrelid AND a.attnum = x.number) AS columns,
         (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.confkey) WITH ORDINALITY AS x (number, position)
          JOIN named a ON a.attrelid = k.confrelid AND a.attnum = x.number) AS referenced_columns
  FROM pg_constraint k JOIN own ON own.oid = k.connamespace LEFT JOIN pg_type t ON t.oid = k.contypid LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
  WHERE k.contype IN ('c', 'f', 'p', 'u', 'x', 'n')`;

export const TYPES = `
  WITH ${OWN} SELECT t.oid::int8::float8 AS id, own.nspname AS schema, t.typname AS name, t.typtype AS kind, b.typname AS base, bn.nspname AS base_schema,
         t.typtypmod AS base_typmod, t.typnotnull AS not_null
  FROM pg_type t JOIN own ON own.oid = t.typnamespace LEFT JOIN pg_type b ON b.oid = t.typbasetype LEFT JOIN pg_namespace bn ON bn.oid = b.typnamespace
  WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r') AND t.typelem = 0 AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))`;

/** Functions that are not PostgreSQL's own. PostgreSQL puts the body of a plain SQL function in place of its call. */
export const FUNCTIONS = `
  WITH ${OWN} SELECT p.oid::int8::float8 AS id, own.nspname AS schema, p.proname AS name, p.pronargs AS arguments, p.pronargdefaults AS defaults,
         p.provolatile AS volatility, l.lanname AS language,
         CASE WHEN l.lanname = 'sql' AND NOT p.prosecdef AND NOT p.proisstrict AND NOT p.proretset AND p.proconfig IS NULL AND p.prokind = 'f'
              THEN coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) END AS inlineable
  FROM pg_proc p JOIN own ON own.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang`;

export const TRIGGERS = `
  WITH ${OWN} SELECT g.oid::int8::float8 AS id, g.tgrelid::int8::float8 AS relation, g.tgname AS name, p.proname AS function, pn.nspname AS function_schema
  FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN own ON own.oid = c.relnamespace JOIN pg_proc p ON p.oid = g.tgfoid
  JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE NOT g.tgisinternal`;

export const NAMED = `
  WITH ${OWN}
  SELECT y.oid::int8::float8 AS id, 'policy' AS kind, '' AS schema, y.polname AS name, json_build_array(y.polrelid::int8) AS relations
  FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid JOIN own ON own.oid = c.relnamespace
  UNION ALL
  SELECT r.oid::int8::float8, 'rule', '', r.rulename, json_build_array(r.ev_class::int8)
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN own ON own.oid = c.relnamespace
  UNION ALL
  SELECT x.oid::int8::float8, 'statistics', own.nspname, x.stxname, json_build_array(x.stxrelid::int8) FROM pg_statistic_ext x JOIN own ON own.oid = x.stxnamespace
  UNION ALL
  SELECT p.oid::int8::float8, 'publication', '', p.pubname,
         coalesce((SELECT json_agg(r.prrelid::int8 ORDER BY r.prrelid) FROM pg_publication_rel r WHERE r.prpubid = p.oid), '[]') FROM pg_publication p`;

export const CASTS = `
  SELECT s.typname AS source, sn.nspname AS source_schema, t.typname AS target, tn.nspname AS target_schema, x.castmethod AS method, x.castcontext AS context
  FROM pg_cast x JOIN pg_type s ON s.oid = x.castsource JOIN pg_namespace sn ON sn.oid = s.typnamespace
  JOIN pg_type t ON t.oid = x.casttarget JOIN pg_namespace tn ON tn.oid = t.typnamespace`;

/**
 * Who depends on what, with a view's rule counted as the view and TOAST, row types and internal triggers left out. `relation`
 * is the table or view a dependent belongs to.
 */
export const DEPENDENCIES = `
  WITH ${OWN}, kind (class, name) AS (VALUES ('pg_class'::regclass, 'relation'), ('pg_type', 'type'), ('pg_proc', 'function'), ('pg_constraint', 'constraint'),
         ('pg_trigger', 'trigger'), ('pg_rewrite', 'rule'), ('pg_policy', 'policy'), ('pg_attrdef', 'default'), ('pg_extension', 'extension'), ('pg_language', 'language'), ('pg_namespace', 'schema')),
  view_rule AS (SELECT r.oid, r.ev_class FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename = '_RETURN')
  SELECT DISTINCT rk.name AS on_kind, CASE WHEN rk.name = 'type' AND rt.typrelid <> 0 THEN rt.typrelid ELSE d.refobjid END::int8::float8 AS on_id, d.refobjsubid AS on_column,
         CASE WHEN rk.name = 'type' AND rt.typrelid <> 0 THEN true ELSE false END AS on_row_type,
         coalesce(CASE WHEN v.oid IS NOT NULL OR bt.oid IS NOT NULL THEN 'relation' ELSE bk.name END, 'other') AS by_kind,
         coalesce(v.ev_class, bt.typrelid, d.objid)::int8::float8 AS by_id,
         CASE WHEN bk.name = 'relation' THEN d.objsubid ELSE 0 END AS by_column,
         coalesce(v.ev_class, bt.typrelid, k.conrelid, g.tgrelid, w.ev_class, y.polrelid, f.adrelid, CASE WHEN bk.name = 'relation' THEN d.objid END, 0)::int8::float8 AS relation,
         d.deptype IN ('a', 'i', 'P', 'S', 'x', 'e') AS automatic
  FROM pg_depend d JOIN kind rk ON rk.class = d.refclassid LEFT JOIN kind bk ON bk.class = d.classid LEFT JOIN pg_type rt ON rk.name = 'type' AND rt.oid = d.refobjid
  LEFT JOIN pg_type bt ON bk.name = 'type' AND bt.oid = d.objid AND bt.typrelid <> 0
  LEFT JOIN view_rule v ON bk.name = 'rule' AND v.oid = d.objid LEFT JOIN pg_constraint k ON bk.name = 'constraint' AND k.oid = d.objid
  LEFT JOIN pg_trigger g ON bk.name = 'trigger' AND g.oid = d.objid LEFT JOIN pg_rewrite w ON bk.name = 'rule' AND w.oid = d.objid
  LEFT JOIN pg_policy y ON bk.name = 'policy' AND y.oid = d.objid LEFT JOIN pg_attrdef f ON bk.name = 'default' AND f.oid = d.objid
  WHERE d.deptype <> 'p' AND NOT coalesce(g.tgisinternal, false) AND (d.objid >= 16384 OR rk.name = 'extension')
    AND (d.refobjid >= 16384 OR rk.name IN ('schema', 'extension', 'language')) AND NOT (v.ev_class IS NOT NULL AND rk.name = 'relation' AND v.ev_class = d.refobjid)
    AND (rt.typrelid IS NULL OR rt.typrelid = 0 OR rt.typrelid <> coalesce(bt.typrelid, d.objid))
    AND NOT EXISTS (SELECT FROM pg_class t WHERE bk.name = 'relation' AND t.oid = d.objid AND t.relkind = 't')
    AND NOT EXISTS (SELECT FROM pg_type t WHERE bk.name = 'type' AND t.oid = d.objid AND (t.typrelid = d.refobjid AND d.deptype = 'i' OR t.typelem <> 0))`;

/**
 * Scans and changed rows a second of every table, on average since its counters began: the last reset, or the last crash.
 * Nothing while they are younger than a minute, when a load of rows would look like traffic.
 */
export const TRAFFIC = `
  WITH since AS (
    SELECT extract(epoch FROM now() - greatest((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()), (SELECT stats_reset FROM pg_stat_bgwriter))) AS seconds
  )
  SELECT relid::int8::float8 AS id, ((seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del) / seconds)::float8 AS calls
  FROM pg_stat_user_tables, since WHERE seconds >= 60`;
