import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import type { RestoreNames } from './names.ts';

/** What belongs to a database and is in no dump of it: limit, rights, and what ALTER DATABASE and ALTER ROLE … IN DATABASE set. */
const FACTS = `
select d.datconnlimit as limit, pg_get_userbyid(d.datdba)::text as owner,
  coalesce((select json_agg(json_build_object('grantee', case when a.grantee = 0 then null else pg_get_userbyid(a.grantee) end,
      'privilege', a.privilege_type, 'grantable', a.is_grantable) order by a.grantee, a.privilege_type)
    from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a), '[]') as grants,
  coalesce((select json_agg(json_build_object('role', case when s.setrole = 0 then null else pg_get_userbyid(s.setrole) end, 'setting', setting)
      order by s.setrole, setting)
    from pg_db_role_setting s, unnest(s.setconfig) setting where s.setdatabase = d.oid), '[]') as settings
from pg_database d where d.datname = $1`;

type Grant = { readonly grantee: string | null; readonly privilege: string; readonly grantable: boolean };
type Setting = { readonly role: string | null; readonly setting: string };
type Facts = {
  readonly limit: number;
  readonly owner: string;
  readonly grants: readonly Grant[];
  readonly settings: readonly Setting[];
};

/** Settings that are lists of names: as one literal they would become one name. https://www.postgresql.org/docs/current/sql-alterdatabase.html */
const LISTS: readonly string[] = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries'];

/**
 * Gives the copy what the live database has beside its contents. Done while nobody looks, so that nothing is left to do once it is live;
 * safe to do again. Throws with the server's words when something may not be set; then nothing was switched.
 */
export async function makeAlike(admin: Client, { live, beside }: RestoreNames): Promise<void> {
  const facts = await read(admin, live);
  const copy = escapeIdentifier(beside);
  await admin.query(`alter database ${copy} owner to ${escapeIdentifier(facts.owner)}`);
  await admin.query(`alter database ${copy} connection limit ${facts.limit}`);
  await grant(admin, copy, facts);
  for (const { role } of (await read(admin, beside)).settings) await admin.query(`${subject(copy, role)} reset all`);
  for (const { role, setting } of facts.settings) {
    const [name = '', ...value] = setting.split('=');
    await set(admin, { subject: subject(copy, role), name, value: value.join('=') });
  }
}

/** Whether the copy has all of it. */
export async function isAlike(admin: Client, { live, beside }: RestoreNames): Promise<boolean> {
  const [one, other] = [await read(admin, live), await read(admin, beside)];
  const comparable = ({ limit, owner, grants, settings }: Facts) => JSON.stringify({ limit, owner, grants, settings });
  return comparable(one) === comparable(other);
}

async function read(admin: Client, name: string): Promise<Facts> {
  const { rows } = await admin.query<Facts>(FACTS, [name]);
  const [facts] = rows;
  if (facts === undefined) throw new Error(`The server has no database ${name}.`);
  return facts;
}

/** Everything is taken away first, then given as it was; without a single GRANT the defaults are what is given. */
async function grant(admin: Client, copy: string, { grants, owner }: Facts): Promise<void> {
  await admin.query(`revoke all on database ${copy} from public, ${escapeIdentifier(owner)}`);
  for (const { grantee, privilege, grantable } of grants) {
    const to = grantee === null ? 'public' : escapeIdentifier(grantee);
    await admin.query(`grant ${privilege} on database ${copy} to ${to}${grantable ? ' with grant option' : ''}`);
  }
}

function subject(copy: string, role: string | null): string {
  return role === null ? `alter database ${copy}` : `alter role ${escapeIdentifier(role)} in database ${copy}`;
}

async function set(admin: Client, what: { readonly subject: string; readonly name: string; readonly value: string }): Promise<void> {
  const name = what.name.split('.').map(escapeIdentifier).join('.');
  if (!LISTS.includes(what.name)) {
    await admin.query(`${what.subject} set ${name} to ${escapeLiteral(what.value)}`);
    return;
  }
  await admin.query('begin');
  try {
    await admin.query('select set_config($1, $2, true)', [what.name, what.value]);
    await admin.query(`${what.subject} set ${name} from current`);
    await admin.query('commit');
  } catch (error) {
    await admin.query('rollback').catch(() => {});
    throw error;
  }
}
