import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAcme } from '../../../playground/acme/app.ts';
import type { Acme } from '../../../playground/acme/app.ts';
import { createAcme } from '../../../playground/acme/database.ts';
import type { AcmeDatabase } from '../../../playground/acme/database.ts';
import { SAMPLE_PASSWORD } from '../../../playground/acme/password.ts';
import { startPostgres } from '../../../playground/postgres/server.ts';
import { sql, superuserUrl } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const SESSIONS = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'acme-web' AND datname = $1`;
let database: AcmeDatabase;
let acme: Acme;

beforeAll(async () => {
  database = await createAcme(superuserUrl(), `acme_app_${process.pid}`, { scale: 0.02 });
  acme = await startAcme({ databaseUrl: database.webUrl, requestsPerSecond: 0 });
});
afterAll(async () => {
  await acme.stop();
  await sql(superuserUrl(), `DROP DATABASE ${database.name} WITH (FORCE)`);
});

test('sign-up, log-in, tenant, log-out: the journey of a new customer', async () => {
  const person = { tenant: 'new-customer', email: 'Ines@new.example', name: 'Ines', password: 'long enough' };
  expect((await ask('POST', '/api/signup', person)).status).toBe(201);
  expect((await ask('POST', '/api/signup', person)).status).toBe(409);
  expect((await ask('POST', '/api/login', { email: person.email, password: 'wrong' })).status).toBe(401);
  const token = await logIn('ines@NEW.example', person.password);
  expect((await ask('PATCH', '/api/tenant', { name: 'Renamed' }, token)).status).toBe(200);
  expect(await ask('GET', '/api/tenant', undefined, token)).toMatchObject({
    body: { slug: 'new-customer', name: 'Renamed', plan: 'free' },
  });
  expect((await ask('POST', '/api/logout', {}, token)).status).toBe(200);
  expect((await ask('GET', '/api/tenant', undefined, token)).status).toBe(401);
});

test('a captured lead is the newest of its tenant, its status change is recorded, and another tenant sees neither', async () => {
  const captured = await ask('POST', '/api/leads', { tenant: 'tenant-2', email: 'kim@lead.example', name: 'Kim' });
  expect(captured.status).toBe(201);
  const { id } = captured.body as { id: string };
  const own = await logIn('user1@acme.example', SAMPLE_PASSWORD);
  const other = await logIn('user2@acme.example', SAMPLE_PASSWORD);
  expect(await ask('GET', '/api/leads', undefined, own)).toMatchObject({ body: { 0: { id, email: 'kim@lead.example', status: 'new' } } });
  expect(JSON.stringify((await ask('GET', '/api/leads', undefined, other)).body)).not.toContain('kim@lead.example');
  expect((await ask('PATCH', `/api/leads/${id}`, { status: 'won' }, other)).status).toBe(404);
  expect((await ask('PATCH', `/api/leads/${id}`, { status: 'won' }, own)).status).toBe(200);
  const events = await sql(database.ownerUrl, 'SELECT kind, details FROM lead_events WHERE lead_id = $1 ORDER BY id', [id]);
  expect(events).toEqual([
    { kind: 'captured', details: { source: 'form' } },
    { kind: 'status_changed', details: { from: 'new', to: 'won' } },
  ]);
});

test('a malformed request is the visitor’s fault: 400, and the error rate stays 0', async () => {
  expect((await ask('POST', '/api/leads', { tenant: 'tenant-2' })).status).toBe(400);
  expect((await ask('POST', '/api/tenants', { slug: 'tenant-1', name: 'Taken' })).status).toBe(409);
  expect((await ask('POST', '/api/tenants', { slug: 'tenant-fresh', name: 'Fresh' })).status).toBe(201);
  expect(await ask('GET', '/metrics.json')).toMatchObject({ body: { error_rate: 0, window_s: 10 } });
});

test('its sessions show as acme-web', async () => {
  expect((await ask('GET', '/api/health')).status).toBe(200);
  const [row] = await sql<{ n: number }>(superuserUrl(), SESSIONS, [database.name]);
  expect(row?.n).toBeGreaterThan(0);
});

test('refuses a login that bypasses row-level security', async () => {
  await expect(startAcme({ databaseUrl: database.ownerUrl })).rejects.toThrow(/bypasses row-level security/);
});

test('when the database goes away: health 503, requests fail as database errors, sessions are unknown', async () => {
  const server = await startPostgres();
  const { webUrl } = await createAcme(server.superuserUrl, 'acme', { scale: 0.02 });
  const lonely = await startAcme({ databaseUrl: webUrl, requestsPerSecond: 20 });
  await until(async () => (await fetch(`${lonely.url}/api/health`)).status === 200, { what: 'health' });
  await server.stop();
  expect((await fetch(`${lonely.url}/api/health`)).status).toBe(503);
  const reading = await until(
    async () => {
      const answer = (await (await fetch(`${lonely.url}/metrics.json`)).json()) as Record<string, number | null>;
      return (answer['error_rate'] ?? 0) > 0.01 && answer['connections'] === null && answer;
    },
    { what: 'the metrics to show it' },
  );
  expect(reading['db_errors']).toBeGreaterThan(0);
  await lonely.stop();
});

test('as a process: prints its url, works, and on SIGTERM ends with its sessions', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../playground/acme/process.ts', import.meta.url))], {
    env: { ...process.env, ACME_DATABASE_URL: database.webUrl, ACME_REQUESTS_PER_SECOND: '20' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { url }: { url: string } = JSON.parse(line);
  expect((await fetch(`${url}/api/health`)).status).toBe(200);
  await until(async () => ((await (await fetch(`${url}/metrics.json`)).json()) as { requests: number }).requests > 5, {
    what: 'its visitors',
  });
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

async function logIn(email: string, password: string): Promise<string> {
  const { body } = await ask('POST', '/api/login', { email, password });
  return (body as { token: string }).token;
}

async function ask(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(acme.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
