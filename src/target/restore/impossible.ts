import { escapeIdentifier, type Client } from 'pg';
import type { RestoreRemedy } from '../../domain/restore.ts';
import type { RestoreNames } from './names.ts';

type Facts = {
  readonly database: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly createdb: boolean;
  readonly owns: boolean;
  readonly owner: string;
  readonly template: boolean;
  readonly slots: readonly string[];
  readonly subscriptions: readonly string[];
  readonly prepared: readonly string[];
  readonly owners: readonly string[];
  readonly extensions: readonly string[];
  readonly sessions: readonly string[];
};

/** Owners that are ours by membership may be given back; extensions that are not trusted are made by superusers only. */
const FACTS = `
select current_database() as database, session_user::text as role, r.rolsuper as superuser, r.rolsuper or r.rolcreatedb as createdb,
  pg_has_role(session_user, d.datdba, 'MEMBER') as owns, pg_get_userbyid(d.datdba)::text as owner, d.datistemplate as template,
  array(select slot_name::text from pg_replication_slots where database = current_database() order by 1) as slots,
  array(select subname::text from pg_subscription where subdbid = d.oid order by 1) as subscriptions,
  array(select gid from pg_prepared_xacts where database = current_database() order by 1) as prepared,
  array(select distinct pg_get_userbyid(o.owner)::text from (
      select relowner as owner, oid from pg_class union all select proowner, oid from pg_proc
      union all select typowner, oid from pg_type union all select nspowner, oid from pg_namespace
    ) o where o.oid >= 16384 and not pg_has_role(session_user, o.owner, 'MEMBER') order by 1) as owners,
  array(select e.extname::text from pg_extension e join pg_available_extension_versions v on v.name = e.extname and v.version = e.extversion
    where v.superuser and not v.trusted and not r.rolsuper order by 1) as extensions,
  array(select distinct a.usename::text from pg_stat_activity a join pg_roles u on u.oid = a.usesysid
    where a.datid = d.oid and not r.rolsuper and not pg_has_role(session_user, a.usesysid, 'MEMBER')
      and (u.rolsuper or not pg_has_role(session_user, 'pg_signal_backend', 'MEMBER')) order by 1) as sessions
from pg_database d, pg_roles r where d.datname = current_database() and r.rolname = session_user`;

/** Databases that tools and providers look for by name. */
const BY_NAME: readonly string[] = ['postgres', 'template0', 'template1', 'rdsadmin', 'cloudsqladmin', 'azure_maintenance'];

/** Why not, and what helps. */
export type Impossible = { readonly why: string; readonly remedy: RestoreRemedy };

/**
 * Why this database cannot be restored beside itself and switched, found out before anything is done; null when it can.
 * Asked on the live database; changes nothing.
 */
export async function whyImpossible(client: Client, names: RestoreNames): Promise<Impossible | null> {
  const { rows } = await client.query<Facts>(FACTS);
  const [facts] = rows;
  if (facts === undefined) return { why: 'The server does not say whose this database is.', remedy: 'owner' };
  return judgeFacts(facts, names);
}

/** Pure: the first fact that stands in the way, with the statement that mends it where there is one. */
export function judgeFacts(facts: Facts, names: RestoreNames): Impossible | null {
  const { database, role, owner } = facts;
  const mendable = (why: string): Impossible => ({ why: `${why} The database was not touched.`, remedy: 'mend' });
  if (BY_NAME.includes(database) || facts.template)
    return {
      why: `The database ${database} is looked for by its name by the server's own tools and its provider, so it must not be renamed.`,
      remedy: 'owner',
    };
  if (!facts.createdb)
    return mendable(
      `Role ${role} may not create a database for the restore. As a superuser: ALTER ROLE ${escapeIdentifier(role)} CREATEDB.`,
    );
  if (!facts.owns)
    return mendable(
      `Role ${role} does not own the database ${database}, so it cannot rename it. As a superuser: GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(role)}.`,
    );
  if (facts.slots.length > 0)
    return {
      why: `Logical replication slots follow this very database and would go on following the old one: ${facts.slots.join(', ')}. Stop what reads them and drop them first, and start it anew afterwards.`,
      remedy: 'owner',
    };
  if (facts.subscriptions.length > 0)
    return {
      why: `Subscriptions belong to this very database and would stay with the old one: ${facts.subscriptions.join(', ')}. Drop them first, and create them anew afterwards.`,
      remedy: 'owner',
    };
  if (facts.prepared.length > 0)
    return mendable(
      `Prepared transactions keep the database from being renamed: ${facts.prepared.join(', ')}. COMMIT PREPARED or ROLLBACK PREPARED them first.`,
    );
  if (facts.owners.length > 0)
    return mendable(
      `The backup gives objects back to owners that ${role} cannot speak for. As a superuser: ${facts.owners.map((name) => `GRANT ${escapeIdentifier(name)} TO ${escapeIdentifier(role)};`).join(' ')}`,
    );
  if (facts.extensions.length > 0)
    return mendable(
      `Only a superuser can create these extensions in the copy: ${facts.extensions.join(', ')}. Let the target's role be one for the restore, or restore by hand.`,
    );
  if (facts.sessions.length > 0)
    return mendable(
      `Role ${role} cannot end the sessions of ${facts.sessions.join(', ')}, and the switch has to. As a superuser: GRANT pg_signal_backend TO ${escapeIdentifier(role)}.`,
    );
  if (names.beside === names.kept) return mendable('The name of the database is too long for a copy beside it.');
  return null;
}
