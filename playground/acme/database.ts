import { readdir, readFile } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { hashPassword, SAMPLE_PASSWORD } from './password.ts';

/** Where Acme's migrations lie: `NNNN_name.up.sql`, `.down.sql`, `.validate.sql`. */
export const MIGRATIONS = new URL('./migrations/', import.meta.url);

/** The first six are history; the rest is what the demo plans. */
export const APPLIED = 6;

/** The application's login: reads and writes all tables but is no owner, so row-level security binds it. */
const WEB_ROLE = 'acme_web';

export interface AcmeMigration {
  readonly version: string;
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly validate: string;
}

export interface AcmeDatabase {
  readonly name: string;
  /** For migrations: the owner of everything in it. */
  readonly ownerUrl: string;
  /** For the application (startAcme). */
  readonly webUrl: string;
}

/** All migrations in order, as texts. */
export async function acmeMigrations(): Promise<AcmeMigration[]> {
  const ups = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.up.sql')).sort();
  return await Promise.all(
    ups.map(async (file) => {
      const stem = file.slice(0, -'.up.sql'.length);
      const read = (kind: string) => readFile(new URL(`${stem}.${kind}.sql`, MIGRATIONS), 'utf8');
      const [up, down, validate] = await Promise.all([read('up'), read('down'), read('validate')]);
      return { version: stem.slice(0, 4), name: stem.slice(5), up, down, validate };
    }),
  );
}

/**
 * Creates a database with the first six migrations applied and deterministic data in it: 200 tenants, 2,000 users and
 * 240,000 leads times `scale` (staging: 0.25). Applies SQL only; recording a history is the migration tool's business.
 * Fails when the database exists.
 */
export async function createAcme(superuserUrl: string, name: string, { scale = 1 }: { scale?: number } = {}): Promise<AcmeDatabase> {
  await using server = await connect(superuserUrl);
  await createWebRole(server.client);
  await server.client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);

  const ownerUrl = on(superuserUrl, { database: name });
  await using database = await connect(ownerUrl);
  const history = (await acmeMigrations()).slice(0, APPLIED);
  for (const { up } of history) await database.client.query(up);
  await seed(database.client, scale);
  return { name, ownerUrl, webUrl: on(ownerUrl, { user: WEB_ROLE }) };
}

async function seed(client: Client, scale: number): Promise<void> {
  const text = await readFile(new URL('./seed.sql', import.meta.url), 'utf8');
  const password = await hashPassword(SAMPLE_PASSWORD, Buffer.from('the same salt in every sample'));
  await client.query("SELECT set_config('acme.scale', $1, false), set_config('acme.password_hash', $2, false)", [scale, password]);
  await client.query(text);
  // Otherwise autovacuum finds 240,000 fresh rows a minute later, in the middle of the demo.
  await client.query('VACUUM (ANALYZE)');
}

/** Roles belong to the server, not to the database; the memberships keep GRANTs, and thus role names, out of its dumps. */
async function createWebRole(client: Client): Promise<void> {
  await client.query('BEGIN');
  await client.query("SELECT pg_advisory_xact_lock(hashtext('acme roles'))");
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [WEB_ROLE]);
  if (rowCount === 0) {
    await client.query(`CREATE ROLE ${WEB_ROLE} LOGIN`);
    await client.query(`GRANT pg_read_all_data, pg_write_all_data TO ${WEB_ROLE}`);
  }
  await client.query('COMMIT');
}

async function connect(url: string): Promise<AsyncDisposable & { readonly client: Client }> {
  const client = new Client({ connectionString: url, application_name: 'acme-setup' });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

function on(url: string, { database, user }: { database?: string; user?: string }): string {
  const other = new URL(url);
  if (database) other.pathname = `/${encodeURIComponent(database)}`;
  if (user) [other.username, other.password] = [user, ''];
  return other.href;
}
