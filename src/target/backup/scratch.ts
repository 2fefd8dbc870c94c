import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { connected } from './connection.ts';
import type { Manifest, Source } from './manifest.ts';

const SCRATCH = `
select system_identifier::text as "systemIdentifier", current_setting('server_version_num')::int / 10000 as major,
  (select rolsuper from pg_roles where rolname = current_user) as superuser
from pg_control_system()`;

/** Null when this server may take proofs of that target; otherwise why not, and what to do. */
export async function scratchUnfit(admin: Client, source: Pick<Source, 'systemIdentifier' | 'serverMajor'>): Promise<string | null> {
  const { rows } = await admin.query<{ systemIdentifier: string; major: number; superuser: boolean }>(SCRATCH);
  const [scratch] = rows;
  if (!scratch) return 'The scratch server does not say which one it is.';
  // A migration may name roles, and roles belong to the whole server: on the target's own, a rehearsal would change production.
  if (scratch.systemIdentifier === source.systemIdentifier)
    return 'The scratch server is the very server of the target (same system identifier). Configure another PostgreSQL server for proofs. The database was not touched.';
  if (scratch.major !== source.serverMajor)
    return `The scratch server is PostgreSQL ${scratch.major} and the target ${source.serverMajor}: what is proved there need not hold here. Configure a scratch server of version ${source.serverMajor}. The database was not touched.`;
  if (!scratch.superuser)
    return 'The scratch user is not a superuser, so owners and grants cannot be restored. Configure a superuser of the scratch server. The database was not touched.';
  return null;
}

/** The sentence that names the extensions this server does not have; null when it has all. */
export async function missingExtensions(admin: Client, names: readonly string[]): Promise<string | null> {
  const { rows } = await admin.query<{ name: string }>(
    'select name from unnest($1::text[]) name where name not in (select name from pg_available_extensions)',
    [names],
  );
  if (rows.length === 0) return null;
  const missing = rows.map((row) => row.name).join(', ');
  return `The scratch server lacks the extensions ${missing}, which the target uses. Install their packages there and take the proof again.`;
}

/** The name of the scratch database of a backup: it carries the id, so that leftovers are known. */
function scratchName(id: string): string {
  return `offpeak_proof_${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`;
}

/** A scratch database like the target's, and the roles that existed when it was made. */
export type ScratchDatabase = { readonly name: string; readonly roles: readonly string[] };

/** Drops what an earlier proof of this backup left, gives the server the target's roles without their logins, and makes the database. */
export async function createScratch(admin: Client, manifest: Manifest): Promise<ScratchDatabase> {
  const name = scratchName(manifest.backup.id);
  const { encoding, collate, ctype, owner, role, mayCreate } = manifest.source;
  await dropDatabase(admin, name);
  await createRoles(admin, manifest);
  const create = `create database ${escapeIdentifier(name)} template template0 encoding ${escapeLiteral(encoding)} owner ${escapeIdentifier(owner)}`;
  const locale = ` lc_collate ${escapeLiteral(collate)} lc_ctype ${escapeLiteral(ctype)}`;
  await admin.query(create + locale).catch(async (error: unknown) => {
    // The operating system there may lack the locale; contents and schema do not depend on it.
    if (!isCode(error, '42809', '22023')) throw error;
    await admin.query(`${create} locale 'C'`);
  });
  if (mayCreate) await admin.query(`grant create on database ${escapeIdentifier(name)} to ${escapeIdentifier(role)}`);
  return { name, roles: await roleNames(admin) };
}

/** Drops the database with whoever is in it, and the roles that the rehearsed migrations made. */
export async function dropScratch(admin: Client, scratch: ScratchDatabase): Promise<void> {
  await dropDatabase(admin, scratch.name);
  for (const role of await roleNames(admin)) {
    if (scratch.roles.includes(role)) continue;
    // A role that something else owns by now is not ours to take away.
    await admin.query(`drop role if exists ${escapeIdentifier(role)}`).catch(() => {});
  }
}

/** Ends every session in the scratch database: what is running there fails, and its promise settles. */
export async function evict(admin: Client, database: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [database]);
}

/** A session of the kind the migration will have on the target: same role, same settings of database and role. */
export async function rehearsalSession(scratchUrl: string, database: string, source: Source): Promise<Client> {
  const client = await connected(scratchUrl, 'offpeak:rehearsal', database);
  try {
    await client.query(`set session authorization ${escapeIdentifier(source.role)}`);
    for (const setting of source.settings) {
      const [name = '', ...value] = setting.split('=');
      // On the target the engine sets its own timeouts.
      if (name.endsWith('_timeout')) continue;
      // A setting of a library that is not loaded here changes nothing that is rehearsed.
      await client.query('select set_config($1, $2, false)', [name, value.join('=')]).catch(() => {});
    }
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function dropDatabase(admin: Client, name: string): Promise<void> {
  await admin.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
}

/** Roles with their rights and without their logins; those that are there already are left as they are. */
async function createRoles(admin: Client, { roles, memberships }: Manifest): Promise<void> {
  for (const { name, attributes } of roles) {
    await admin.query(`create role ${escapeIdentifier(name)} nologin ${attributes.join(' ')}`).catch((error: unknown) => {
      if (!isCode(error, '42710', '23505')) throw error;
    });
  }
  const { rows } = await admin.query<{ name: string }>('select rolname as name from pg_roles where not rolcanlogin');
  const ours = new Set(rows.map((row) => row.name));
  for (const { role, member, admin: adminOption } of memberships) {
    // Somebody's real account on the scratch server is given nothing.
    if (!ours.has(member)) continue;
    const option = adminOption ? ' with admin option' : '';
    await admin.query(`grant ${escapeIdentifier(role)} to ${escapeIdentifier(member)}${option}`).catch((error: unknown) => {
      if (!isCode(error, '0LP01', '42704')) throw error;
    });
  }
}

/** Every role of the server but its own. */
export async function roleNames(admin: Client): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>("select rolname as name from pg_roles where rolname !~ '^pg_' order by 1");
  return rows.map((row) => row.name);
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
