import { randomBytes } from 'node:crypto';
import { escapeIdentifier, type Client } from 'pg';
import { connected, onDatabase, wordsOf } from '../backup/connection.ts';
import { dropScratch, evict, roleNames } from '../backup/scratch.ts';

/** A database that must not be used for this, as the settings name it. */
export type Forbidden = { readonly name: string; readonly connectionString: string };

/** What keeps a server from being used, for the operator. */
export class Unfit extends Error {}

/** A database of our own on a server that was made for it, and the means to copy it and to leave nothing behind. */
export type Throwaway = {
  readonly url: string;
  /** Connects to a copy of it while `work` goes on; nobody may be connected to the original meanwhile. */
  readonly onCopy: <T>(work: (url: string) => Promise<T>) => Promise<T>;
  /** The roles that the server had before. */
  readonly roles: ReadonlySet<string>;
  /** Makes it afresh, as it was at first, without the roles that were made in it. */
  readonly restart: () => Promise<void>;
  /** What could not be looked at. */
  readonly warnings: readonly string[];
  readonly drop: () => Promise<void>;
};

type Given = {
  readonly identifier: string;
  readonly database: string;
  readonly empty: boolean;
  readonly ours: boolean;
  readonly replica: boolean;
  readonly mayCreate: boolean;
};

const GIVEN = `
select system_identifier::text as identifier, current_database() as database, pg_is_in_recovery() as replica,
  to_regclass('offpeak.history') is not null as ours,
  (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as "mayCreate",
  not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${own('n')})
    and not exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${own('n')})
    and not exists (select from pg_type t join pg_namespace n on n.oid = t.typnamespace where ${own('n')})
    and not exists (select from pg_namespace n where ${own('n')} and n.nspname <> 'public')
    and not exists (select from pg_extension where extname <> 'plpgsql') as empty
from pg_control_system()`;

function own(alias: string): string {
  return `${alias}.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and ${alias}.nspname !~ '^pg_(toast_)?temp_'`;
}

/**
 * Makes a database of our own on the server of `database`: empty, or a copy of that database when there is something in it. Throws
 * Unfit for a server on which any of `forbidden` lives, for a database that Offpeak migrates, and for one where none can be made.
 */
export async function throwaway(database: string, forbidden: readonly Forbidden[]): Promise<Throwaway> {
  const given = await readGiven(database);
  const warnings = await refuseTargets(database, given.identifier, forbidden);
  if (given.ours)
    throw new Unfit(
      `${given.database} is a database that Offpeak migrates (it has offpeak.history). Name a server made for rehearsals. Nothing was changed.`,
    );
  if (given.replica) throw new Unfit('The server is a replica, so nothing can be rehearsed on it. Name a server made for rehearsals.');
  if (!given.mayCreate)
    throw new Unfit(
      'This user may not create a database there. Name a user with CREATEDB, or a superuser, of a server made for rehearsals.',
    );
  const name = `${PREFIX}${process.pid}_${randomBytes(3).toString('hex')}`;
  const admin = await adminOf(database, given.empty ? null : given.database);
  await admin.query("select set_config('application_name', $1, false)", [name]);
  await dropOrphans(admin);
  const roles = await roleNames(admin);
  const template = given.empty ? 'template0' : given.database;
  try {
    await create(admin, name, template);
  } catch (error) {
    await admin.end();
    throw new Unfit(`No database for the rehearsal could be made: ${wordsOf(error, database)}. Nothing was changed.`);
  }
  const copy = `${name}_copy`;
  return {
    url: onDatabase(database, name),
    warnings,
    roles: new Set(roles),
    restart: async () => {
      await dropScratch(admin, { name, roles });
      await create(admin, name, template);
    },
    onCopy: async (work) => {
      await create(admin, copy, name);
      try {
        return await work(onDatabase(database, copy));
      } finally {
        await drop(admin, copy);
      }
    },
    drop: async () => {
      try {
        for (const left of [copy, name]) await evict(admin, left);
        await drop(admin, copy);
        await dropScratch(admin, { name, roles });
      } finally {
        await admin.end().catch(() => {});
      }
    },
  };
}

async function readGiven(database: string): Promise<Given> {
  const client = await connected(database, 'offpeak:rehearsal').catch((error: unknown) => {
    throw new Unfit(`The database cannot be reached: ${wordsOf(error, database)}. Nothing was rehearsed.`);
  });
  try {
    const { rows } = await client.query<Given>(GIVEN);
    const [given] = rows;
    if (given === undefined) throw new Unfit('The server does not say which one it is, so it is not used.');
    return given;
  } finally {
    await client.end();
  }
}

/** Roles, and whatever else belongs to a whole server, would be changed where a target lives. Answers what it could not look at. */
async function refuseTargets(database: string, identifier: string, forbidden: readonly Forbidden[]): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { name, connectionString } of forbidden) {
    const theirs = serverOf(connectionString) === serverOf(database) ? identifier : await identifierOf(connectionString);
    if (theirs === identifier)
      throw new Unfit(
        `This is the server of the target ${name}. A rehearsal would change its roles and load it: name a server made for rehearsals. Nothing was changed.`,
      );
    if (theirs === null)
      warnings.push(`The target ${name} does not answer; its address is another one, and that is all that was compared.`);
  }
  return warnings;
}

async function identifierOf(connectionString: string): Promise<string | null> {
  try {
    const client = await connected(connectionString, 'offpeak:rehearsal');
    try {
      const { rows } = await client.query<{ identifier: string }>('select system_identifier::text as identifier from pg_control_system()');
      return rows[0]?.identifier ?? null;
    } finally {
      await client.end();
    }
  } catch {
    return null;
  }
}

function serverOf(connectionString: string): string {
  const url = new URL(connectionString);
  return `${url.searchParams.get('host') ?? url.hostname}:${url.searchParams.get('port') ?? (url.port || '5432')}`;
}

const PREFIX = 'offpeak_rehearsal_';

/**
 * Drops what rehearsals that were killed left there: ours by name and owner, and no session of a rehearsal carries the name any
 * more. A database that cannot be dropped is left to the next one.
 */
async function dropOrphans(admin: Client): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(ORPHANS, [`^${PREFIX}\\d+_[0-9a-f]{6}(_copy)?$`]);
  for (const orphan of rows) await drop(admin, orphan.name).catch(() => {});
}

const ORPHANS = `
select d.datname as name from pg_database d
where d.datname ~ $1 and d.datdba = (select oid from pg_roles where rolname = current_user)
  and not exists (select from pg_stat_activity a where a.application_name = regexp_replace(d.datname, '_copy$', ''))`;

/** A session outside the databases that are copied. */
async function adminOf(database: string, copied: string | null): Promise<Client> {
  const others = ['postgres', 'template1'].filter((name) => name !== copied);
  for (const name of others) {
    const client = await connected(database, 'offpeak:rehearsal', name).catch(() => null);
    if (client !== null) return client;
  }
  throw new Unfit(`Neither ${others.join(' nor ')} can be connected to, from where the database of the rehearsal is made.`);
}

async function create(admin: Client, name: string, template: string): Promise<void> {
  await admin.query(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
}

async function drop(admin: Client, name: string): Promise<void> {
  await admin.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
}
