import { createHash, randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

export interface Session {
  readonly userId: string;
  readonly tenantId: string;
}

export interface Lead {
  readonly id: string;
  readonly email: string;
  readonly full_name: string;
  readonly status: string;
  readonly score: number;
  readonly created_at: Date;
}

export type LeadStatus = 'new' | 'contacted' | 'won' | 'lost';

/** Runs `work` in a transaction that sees one tenant's rows only: the policies read app.tenant_id. */
export async function asTenant<T>(pool: Pool, tenantId: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return await inTransaction(pool, async (client) => {
    // What SET LOCAL does, but with a parameter.
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]);
    return await work(client);
  });
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let unusable = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      unusable = true;
    });
    throw error;
  } finally {
    client.release(unusable);
  }
}

/** Null when the slug or the address is taken. */
export async function signUp(
  pool: Pool,
  person: { readonly tenant: string; readonly email: string; readonly name: string; readonly passwordHash: string },
): Promise<Session | null> {
  return await inTransaction(pool, async (client) => {
    const tenantId = await createTenant(client, person.tenant, person.tenant);
    if (tenantId === null) return null;
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO users (tenant_id, email, display_name, password_hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT (lower(email)) DO NOTHING RETURNING id`,
      [tenantId, person.email, person.name, person.passwordHash],
    );
    const userId = rows[0]?.id;
    return userId === undefined ? null : { userId, tenantId };
  });
}

export async function createTenant(client: Pool | PoolClient, slug: string, name: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    'INSERT INTO tenants (slug, name) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id',
    [slug, name],
  );
  return rows[0]?.id ?? null;
}

export async function renameTenant(pool: Pool, tenantId: string, name: string): Promise<void> {
  await pool.query('UPDATE tenants SET name = $2 WHERE id = $1', [tenantId, name]);
}

export async function tenant(pool: Pool, tenantId: string): Promise<{ slug: string; name: string; plan: string } | null> {
  const { rows } = await pool.query<{ slug: string; name: string; plan: string }>('SELECT slug, name, plan FROM tenants WHERE id = $1', [
    tenantId,
  ]);
  return rows[0] ?? null;
}

export async function userByEmail(pool: Pool, email: string): Promise<(Session & { readonly passwordHash: string }) | null> {
  const { rows } = await pool.query<{ id: string; tenant_id: string; password_hash: string }>(
    'SELECT id, tenant_id, password_hash FROM users WHERE lower(email) = lower($1)',
    [email],
  );
  const [user] = rows;
  return user ? { userId: user.id, tenantId: user.tenant_id, passwordHash: user.password_hash } : null;
}

/** Answers the bearer token, which is kept nowhere. */
export async function openSession(pool: Pool, userId: string): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await pool.query("INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ($1, $2, now() + interval '12 hours')", [
    hashOf(token),
    userId,
  ]);
  return token;
}

export async function closeSession(pool: Pool, token: string): Promise<void> {
  await pool.query('DELETE FROM sessions WHERE token_hash = $1', [hashOf(token)]);
}

export async function sessionOf(pool: Pool, token: string): Promise<Session | null> {
  const { rows } = await pool.query<{ user_id: string; tenant_id: string }>(
    `SELECT s.user_id, u.tenant_id FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.token_hash = $1 AND s.expires_at > now()`,
    [hashOf(token)],
  );
  const [row] = rows;
  return row ? { userId: row.user_id, tenantId: row.tenant_id } : null;
}

/** The newest leads the current tenant can see. No tenant in the text: row-level security adds it. */
export async function newestLeads(client: PoolClient, limit: number): Promise<Lead[]> {
  const { rows } = await client.query<Lead>(
    'SELECT id, email, full_name, status, score, created_at FROM leads ORDER BY created_at DESC, id DESC LIMIT $1',
    [limit],
  );
  return rows;
}

/** Answers the new lead's id. Refused by the policy when the tenant is not the transaction's own. */
export async function captureLead(
  client: PoolClient,
  lead: { readonly tenantId: string; readonly email: string; readonly name: string; readonly source: string },
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    'INSERT INTO leads (tenant_id, email, full_name, source) VALUES ($1, $2, $3, $4) RETURNING id',
    [lead.tenantId, lead.email, lead.name, lead.source],
  );
  const id = rows[0]?.id;
  await client.query("INSERT INTO lead_events (tenant_id, lead_id, kind, details) VALUES ($1, $2, 'captured', $3)", [
    lead.tenantId,
    id,
    { source: lead.source },
  ]);
  return id;
}

/** False when the current tenant has no such lead. */
export async function setLeadStatus(client: PoolClient, id: string, status: LeadStatus): Promise<boolean> {
  const { rowCount } = await client.query('UPDATE leads SET status = $2 WHERE id = $1', [id, status]);
  return rowCount === 1;
}

export async function tenantIdBySlug(pool: Pool, slug: string): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM tenants WHERE slug = $1', [slug]);
  return rows[0]?.id ?? null;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
