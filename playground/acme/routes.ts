import { Hono } from 'hono';
import type { Context } from 'hono';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { z } from 'zod';
import { createTotals, exposition } from './exposition.ts';
import type { Metrics } from './metrics.ts';
import { hashPassword, passwordMatches } from './password.ts';
import {
  asTenant,
  captureLead,
  closeSession,
  createTenant,
  newestLeads,
  openSession,
  renameTenant,
  sessionOf,
  setLeadStatus,
  signUp,
  tenant,
  tenantIdBySlug,
  userByEmail,
} from './store.ts';
import type { Session } from './store.ts';

/**
 * Stands for what a real page does besides its queries (templates, a mail provider), after the database is done.
 * It gives the latency a floor, so that "20 % slower" means something and is no scheduling noise.
 */
const RENDER_MS = 40;
const PAGE = 25;

const SignUp = z.object({ tenant: z.string(), email: z.email(), name: z.string().min(1), password: z.string().min(8) });
const LogIn = z.object({ email: z.string(), password: z.string() });
const NewTenant = z.object({ slug: z.string().regex(/^[a-z0-9-]{2,40}$/), name: z.string().min(1) });
const Rename = z.object({ name: z.string().min(1) });
const NewLead = z.object({ tenant: z.string(), email: z.email(), name: z.string().min(1), source: z.string().default('form') });
const Status = z.object({ status: z.enum(['new', 'contacted', 'won', 'lost']) });

/** Acme's HTTP surface. A refusal of a request is 4xx and counts as healthy; a failure of the database is 503 and does not. */
export function acmeRoutes({ pool, metrics }: { readonly pool: Pool; readonly metrics: Metrics }): Hono {
  const app = new Hono();
  const totals = createTotals();
  app.use('/api/*', async (c, next) => {
    const started = performance.now();
    await next();
    if (!c.error && c.req.path !== '/api/health') await pause(RENDER_MS);
    const databaseError = c.error !== undefined && isDatabaseError(c.error);
    const answer = { ms: performance.now() - started, failed: c.res.status >= 500 };
    totals.answered(answer);
    metrics.answered({ ...answer, databaseError });
  });
  app.onError((error, c) => {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return c.json({ error: 'malformed request' }, 400);
    return isDatabaseError(error) ? c.json({ error: 'database unavailable' }, 503) : c.json({ error: 'internal error' }, 500);
  });
  app.get('/metrics.json', (c) => c.json(metrics.reading()));
  app.get('/metrics', (c) => c.text(exposition(totals, metrics.reading()), 200, { 'content-type': 'text/plain; version=0.0.4' }));
  app.get('/api/health', (c) => health(c, pool));
  addAccounts(app, pool);
  addTenants(app, { pool, metrics });
  addLeads(app, { pool, metrics });
  return app;
}

/** 2xx only when the database answers within a second: the pool is asked like any request asks it. */
async function health(c: Context, pool: Pool): Promise<Response> {
  const answer = pool.query('SELECT 1').then(() => true);
  const alive = await Promise.race([answer.catch(() => false), pause(1000, false)]);
  return alive ? c.json({ status: 'ok' }) : c.json({ status: 'database unavailable' }, 503);
}

function addAccounts(app: Hono, pool: Pool): void {
  app.post('/api/signup', async (c) => {
    const { password, ...person } = SignUp.parse(await c.req.json());
    const session = await signUp(pool, { ...person, passwordHash: await hashPassword(password) });
    if (!session) return c.json({ error: 'tenant or address is taken' }, 409);
    return c.json({ user: session.userId, token: await openSession(pool, session.userId) }, 201);
  });
  app.post('/api/login', async (c) => {
    const { email, password } = LogIn.parse(await c.req.json());
    const user = await userByEmail(pool, email);
    if (!user || !(await passwordMatches(password, user.passwordHash))) return c.json({ error: 'wrong address or password' }, 401);
    return c.json({ token: await openSession(pool, user.userId) });
  });
  app.post('/api/logout', async (c) => {
    await closeSession(pool, bearer(c));
    return c.json({ status: 'logged out' });
  });
}

function addTenants(app: Hono, { pool, metrics }: { readonly pool: Pool; readonly metrics: Metrics }): void {
  app.post('/api/tenants', async (c) => {
    const { slug, name } = NewTenant.parse(await c.req.json());
    const id = await createTenant(pool, slug, name);
    return id === null ? c.json({ error: 'slug is taken' }, 409) : c.json({ id }, 201);
  });
  app.get('/api/tenant', async (c) => {
    const session = await loggedIn(c, { pool, metrics });
    return session ? c.json(await tenant(pool, session.tenantId)) : unauthorised(c);
  });
  app.patch('/api/tenant', async (c) => {
    const session = await loggedIn(c, { pool, metrics });
    if (!session) return unauthorised(c);
    const { name } = Rename.parse(await c.req.json());
    await renameTenant(pool, session.tenantId, name);
    return c.json({ name });
  });
}

function addLeads(app: Hono, { pool, metrics }: { readonly pool: Pool; readonly metrics: Metrics }): void {
  app.get('/api/leads', async (c) => {
    const session = await loggedIn(c, { pool, metrics });
    if (!session) return unauthorised(c);
    return c.json(await asTenant(pool, session.tenantId, (client) => newestLeads(client, PAGE)));
  });
  // The public form: nobody is logged in, the form names its tenant.
  app.post('/api/leads', async (c) => {
    const lead = NewLead.parse(await c.req.json());
    const tenantId = await tenantIdBySlug(pool, lead.tenant);
    if (tenantId === null) return c.json({ error: 'no such tenant' }, 404);
    const id = await asTenant(pool, tenantId, (client) => captureLead(client, { ...lead, tenantId }));
    return c.json({ id }, 201);
  });
  app.patch('/api/leads/:id', async (c) => {
    const session = await loggedIn(c, { pool, metrics });
    if (!session) return unauthorised(c);
    const id = z.string().regex(/^\d+$/).parse(c.req.param('id'));
    const { status } = Status.parse(await c.req.json());
    const found = await asTenant(pool, session.tenantId, (client) => setLeadStatus(client, id, status));
    return found ? c.json({ id, status }) : c.json({ error: 'no such lead' }, 404);
  });
}

async function loggedIn(c: Context, { pool, metrics }: { readonly pool: Pool; readonly metrics: Metrics }): Promise<Session | null> {
  const session = await sessionOf(pool, bearer(c));
  if (session) metrics.seen(session.userId);
  return session;
}

function bearer(c: Context): string {
  return (c.req.header('authorization') ?? '').replace(/^Bearer /, '');
}

function unauthorised(c: Context): Response {
  return c.json({ error: 'not logged in' }, 401);
}

/** PostgreSQL's errors carry a SQLSTATE; the pool's own timeouts and lost connections carry nothing but their words. */
function isDatabaseError(error: Error): boolean {
  return 'code' in error || /timeout|Connection terminated|not queryable/i.test(error.message);
}
