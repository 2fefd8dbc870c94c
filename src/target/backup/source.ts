import { escapeIdentifier, type ClientBase } from 'pg';
import type { Manifest, Source } from './manifest.ts';

const SOURCE = `
select system.system_identifier::text as "systemIdentifier", checkpoint.timeline_id as timeline, current_database() as database,
  pg_get_userbyid(d.datdba)::text as owner,
  current_setting('server_version_num')::int / 10000 as "serverMajor", pg_encoding_to_char(d.encoding) as encoding,
  d.datcollate as collate, d.datctype as ctype, session_user::text as role,
  has_database_privilege(session_user, d.oid, 'CREATE') as "mayCreate",
  array(select setting from pg_db_role_setting s, unnest(s.setconfig) setting
    where s.setdatabase in (0, d.oid) and s.setrole in (0, (select oid from pg_roles where rolname = session_user))
    order by s.setrole, s.setdatabase) as settings
from pg_database d, pg_control_system() system, pg_control_checkpoint() checkpoint where d.datname = current_database()`;

/** Which server, database and session the dump comes from; a scratch database is made the same. */
export async function readSource(client: ClientBase): Promise<Source> {
  const { rows } = await client.query<Source>(SOURCE);
  const [source] = rows;
  if (!source) throw new Error('the server does not list the database we are connected to');
  return source;
}

const ROLES = `
select rolname as name, array[case when rolsuper then 'SUPERUSER' else 'NOSUPERUSER' end, case when rolinherit then 'INHERIT' else 'NOINHERIT' end,
  case when rolcreaterole then 'CREATEROLE' else 'NOCREATEROLE' end, case when rolcreatedb then 'CREATEDB' else 'NOCREATEDB' end,
  case when rolbypassrls then 'BYPASSRLS' else 'NOBYPASSRLS' end] as attributes
from pg_roles where rolname !~ '^pg_' order by rolname`;

const MEMBERSHIPS = `
select r.rolname as role, m.rolname as member, bool_or(a.admin_option) as admin
from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
where m.rolname !~ '^pg_' group by 1, 2 order by 1, 2`;

const EXTENSIONS = `select extname as name from pg_extension where extname <> 'plpgsql' order by 1`;

/** Roles of the whole server: grants and policies in the dump name them, and a migration may name any of them. */
export async function readRoles(client: ClientBase): Promise<Pick<Manifest, 'roles' | 'memberships' | 'extensions'>> {
  const roles = await client.query<Manifest['roles'][number]>(ROLES);
  const memberships = await client.query<Manifest['memberships'][number]>(MEMBERSHIPS);
  const extensions = await client.query<{ name: string }>(EXTENSIONS);
  return { roles: roles.rows, memberships: memberships.rows, extensions: extensions.rows.map((row) => row.name) };
}

export async function countTable(client: ClientBase, schema: string, table: string): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(
    `select count(*) as rows from only ${escapeIdentifier(schema)}.${escapeIdentifier(table)}`,
  );
  return Number(rows[0]?.rows);
}

/** As people write it: the schema only when it is not `public`. */
export function nameOf(schema: string, relation: string): string {
  return schema === 'public' ? relation : `${schema}.${relation}`;
}

/** What is known of a target before anything is dumped. */
export type KnownSource = Pick<Manifest, 'source' | 'roles' | 'memberships' | 'extensions'>;
