/**
 * Every object of the schema as `kind`, `name` and `facts`, one row each, from the catalog in one statement and so from one
 * snapshot. Left out: system schemas, temporary objects, members of extensions (their extension's version stands for them),
 * tablespaces, roles, and Offpeak's own schema. Grants are spelled out against their default, because NULL and an explicitly
 * granted default mean the same and a restore turns one into the other. Indexes behind constraints are the constraint's line.
 */
export const FINGERPRINT = `
with own_schema as (
  select oid, nspname, nspowner, nspacl from pg_namespace
  where nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') and nspname !~ '^pg_(toast_)?temp_'
), member as (
  select classid, objid from pg_depend where deptype = 'e'
), relation as (
  select c.*, quote_ident(s.nspname) || '.' || quote_ident(c.relname) as name,
    case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'matview'
      when 'f' then 'foreign table' when 'c' then 'type' when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'index' end as kind
  from pg_class c join own_schema s on s.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S', 'i', 'I')
    and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
), attribute as (
  select r.name as relation, r.kind as relation_kind, quote_ident(a.attname) as label, r.relowner, a.*
  from relation r join pg_attribute a on a.attrelid = r.oid
  where r.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped
), routine as (
  select p.*, quote_ident(s.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name
  from pg_proc p join own_schema s on s.oid = p.pronamespace
  where not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
), type as (
  select t.*, quote_ident(s.nspname) || '.' || quote_ident(t.typname) as name
  from pg_type t join own_schema s on s.oid = t.typnamespace
  where t.typtype in ('e', 'd', 'r', 'c')
    and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
    and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
), granted (kind, name, acl) as (
  select 'schema', quote_ident(nspname), coalesce(nspacl, acldefault('n', nspowner)) from own_schema
  union all select kind, name, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    from relation where relkind not in ('i', 'I', 'c')
  union all select 'column', relation || '.' || label, attacl from attribute where attacl is not null
  union all select 'function', name, coalesce(proacl, acldefault('f', proowner)) from routine
  union all select 'type', name, coalesce(typacl, acldefault('T', typowner)) from type
)
select 'schema' as kind, quote_ident(nspname) as name, 'owner ' || pg_get_userbyid(nspowner) as facts from own_schema

union all select kind, name, concat_ws(' ', relkind, relpersistence, 'owner', pg_get_userbyid(relowner),
    case when relrowsecurity then 'rls' end, case when relforcerowsecurity then 'forced rls' end,
    'replica identity ' || relreplident::text, (select 'by ' || x.relname from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = relation.oid and i.indisreplident),
    (select 'clustered on ' || x.relname from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = relation.oid and i.indisclustered),
    (select 'using ' || am.amname from pg_am am where am.oid = relam), 'with ' || array_to_string(array(select unnest(reloptions) order by 1), ','),
    case when relkind = 'm' and not relispopulated then 'empty' end,
    case when relkind = 'p' then 'partition by ' || pg_get_partkeydef(oid) end, pg_get_expr(relpartbound, oid),
    (select 'inherits ' || string_agg(h.inhparent::regclass::text, ', ' order by h.inhseqno) from pg_inherits h where h.inhrelid = relation.oid),
    case when reloftype <> 0 then 'of ' || reloftype::regtype::text end,
    case when relkind in ('v', 'm') then 'as ' || pg_get_viewdef(oid) end)
  from relation where relkind in ('r', 'p', 'v', 'm', 'f', 'c')

union all select 'column', relation || '.' || label, concat_ws(' ', format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
    case when attgenerated = '' then 'default ' else 'generated ' || attgenerated::text || ' as ' end || pg_get_expr(d.adbin, d.adrelid),
    'identity ' || nullif(attidentity::text, ''), (select 'collate ' || c.collname from pg_collation c join pg_type t on t.oid = atttypid where c.oid = attcollation and attcollation <> t.typcollation),
    'storage ' || nullif(attstorage::text, (select typstorage::text from pg_type where oid = atttypid)), 'compression ' || nullif(attcompression::text, ''),
    'statistics ' || nullif(attstattarget, -1), 'options ' || array_to_string(attoptions, ','),
    case when not attislocal then 'inherited' when attinhcount > 0 then 'merged' end)
  from attribute left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum

union all select 'column order', relation, string_agg(label, ', ' order by attnum) from attribute group by relation

union all select 'constraint', coalesce((select name from relation where oid = conrelid), (select name from type where oid = contypid)) || '.' || quote_ident(conname),
    concat_ws(' ', pg_get_constraintdef(oid), case when not convalidated then 'unproved' end, case when not conislocal then 'inherited' end)
  from pg_constraint where contype <> 't' and (conrelid in (select oid from relation) or contypid in (select oid from type))

union all select 'index', r.name, concat_ws(' ', pg_get_indexdef(r.oid), case when not i.indisvalid then 'invalid' end, case when not i.indisready then 'not ready' end)
  from relation r join pg_index i on i.indexrelid = r.oid
  where not exists (select from pg_constraint k where k.conindid = r.oid and k.contype in ('p', 'u', 'x'))

union all select 'sequence', r.name, concat_ws(' ', q.seqtypid::regtype, 'start', q.seqstart, 'by', q.seqincrement, 'from', q.seqmin, 'to', q.seqmax, 'cache', q.seqcache,
    case when q.seqcycle then 'cycle' end, 'owner ' || pg_get_userbyid(r.relowner),
    (select 'of ' || a.relation || '.' || a.label from pg_depend d join attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i') limit 1))
  from relation r join pg_sequence q on q.seqrelid = r.oid

union all select 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(' ', 'for ' || p.polcmd::text, case when p.polpermissive then 'permissive' else 'restrictive' end,
    'to ' || array_to_string(array(select case when u = 0 then 'public' else pg_get_userbyid(u)::text end from unnest(p.polroles) u order by 1), ','),
    'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p join relation r on r.oid = p.polrelid

union all select 'trigger', r.name || '.' || quote_ident(t.tgname), pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
  from pg_trigger t join relation r on r.oid = t.tgrelid where not t.tgisinternal

union all select 'rule', r.name || '.' || quote_ident(w.rulename), pg_get_ruledef(w.oid) || ' enabled ' || w.ev_enabled::text
  from pg_rewrite w join relation r on r.oid = w.ev_class where w.rulename <> '_RETURN'

union all select 'function', name, concat_ws(' ', prokind, 'returns ' || pg_get_function_result(oid), 'owner', pg_get_userbyid(proowner),
    case when prokind = 'a' then (select row(aggtransfn, aggfinalfn, aggcombinefn, aggtranstype::regtype, aggsortop, agginitval)::text from pg_aggregate where aggfnoid = routine.oid)
      else encode(sha256(convert_to(pg_get_functiondef(oid), 'UTF8')), 'hex') end)
  from routine

union all select 'enum', name, (select json_agg(enumlabel order by enumsortorder)::text from pg_enum where enumtypid = type.oid) from type where typtype = 'e'
union all select 'domain', name, concat_ws(' ', format_type(typbasetype, typtypmod), case when typnotnull then 'not null' end, 'default ' || typdefault,
    (select 'collate ' || collname from pg_collation where oid = typcollation and typcollation <> 100), 'owner', pg_get_userbyid(typowner)) from type where typtype = 'd'
union all select 'range', name, (select rngsubtype::regtype::text || ' ' || rngsubdiff::text || ' ' || rngcanonical::text from pg_range where rngtypid = type.oid) from type where typtype = 'r'

union all select 'grant', kind || ' ' || name, array_to_string(array(select unnest(acl)::text order by 1), ' ') from granted

union all select 'default privileges', concat_ws(' ', pg_get_userbyid(defaclrole), (select nspname from own_schema where oid = defaclnamespace), defaclobjtype),
    array_to_string(array(select unnest(defaclacl)::text order by 1), ' ')
  from pg_default_acl where defaclnamespace = 0 or defaclnamespace in (select oid from own_schema)

union all select 'comment', o.type || ' ' || o.identity, to_json(d.description)::text
  from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
  where (d.objoid >= 16384 or d.objoid = 'public'::regnamespace)
    and not exists (select from member m where m.classid = d.classoid and m.objid = d.objoid)
    and coalesce(o.schema, '') <> 'offpeak' and o.identity !~ '^(offpeak|pg_toast|pg_temp(_[0-9]+)?)(\\.|$)' and o.identity !~ ' on offpeak\\.'

union all select 'extension', quote_ident(extname), extversion || ' in ' || extnamespace::regnamespace::text from pg_extension

union all select 'statistics', quote_ident(s.nspname) || '.' || quote_ident(x.stxname), pg_get_statisticsobjdef(x.oid)
  from pg_statistic_ext x join own_schema s on s.oid = x.stxnamespace
union all select 'event trigger', quote_ident(evtname), concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, array_to_string(evttags, ',')) from pg_event_trigger
union all select 'publication', quote_ident(pubname), concat_ws(' ', case when puballtables then 'all tables' end, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot,
    'owner ' || pg_get_userbyid(pubowner),
    (select string_agg(concat(prrelid::regclass::text, columns, filter), ', ' order by prrelid::regclass::text) from pg_publication_rel r,
      lateral (select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')' as columns from pg_attribute a
        where a.attrelid = r.prrelid and to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum)) listed,
      lateral (select ' where ' || min(to_jsonb(t) ->> 'rowfilter') as filter from pg_publication_tables t
        where t.pubname = p.pubname and format('%I.%I', t.schemaname, t.tablename)::regclass = r.prrelid) filtered
      where r.prpubid = p.oid),
    (select 'schemas ' || string_agg(o.identity, ', ' order by o.identity) from pg_depend d, pg_identify_object(d.classid, d.objid, 0) o
      where d.refclassid = 'pg_publication'::regclass and d.refobjid = p.oid and d.classid = to_regclass('pg_catalog.pg_publication_namespace')))
  from pg_publication p

union all select o.type, o.identity, '' from (
    select 'pg_operator'::regclass as class, oid from pg_operator union all select 'pg_cast'::regclass, oid from pg_cast
    union all select 'pg_opclass'::regclass, oid from pg_opclass union all select 'pg_opfamily'::regclass, oid from pg_opfamily
    union all select 'pg_collation'::regclass, oid from pg_collation union all select 'pg_ts_config'::regclass, oid from pg_ts_config
    union all select 'pg_ts_dict'::regclass, oid from pg_ts_dict union all select 'pg_foreign_server'::regclass, oid from pg_foreign_server
  ) other, pg_identify_object(other.class, other.oid, 0) o
  where other.oid >= 16384 and coalesce(o.schema, '') <> 'offpeak' and not exists (select from member m where m.classid = other.class and m.objid = other.oid)
`;
