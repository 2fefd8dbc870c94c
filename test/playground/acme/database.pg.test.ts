import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAcme } from '../../../playground/acme/database.ts';
import type { AcmeDatabase } from '../../../playground/acme/database.ts';
import { connect, sql, superuserUrl } from '../../support/postgres.ts';

const names = [`acme_one_${process.pid}`, `acme_two_${process.pid}`] as const;
let one: AcmeDatabase;
let two: AcmeDatabase;

beforeAll(async () => {
  // Together: two databases of one server share the role.
  [one, two] = await Promise.all([
    createAcme(superuserUrl(), names[0], { scale: 0.02 }),
    createAcme(superuserUrl(), names[1], { scale: 0.005 }),
  ]);
});
afterAll(async () => {
  for (const name of names) await sql(superuserUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});

test('the number of rows follows the scale, and a second time gives the same content', async () => {
  const count =
    'SELECT (SELECT count(*)::int FROM tenants) AS tenants, (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM leads) AS leads';
  expect(await sql(one.ownerUrl, count)).toEqual([{ tenants: 4, users: 40, leads: 4800 }]);
  expect(await sql(two.ownerUrl, count)).toEqual([{ tenants: 1, users: 10, leads: 1200 }]);

  const content = "SELECT md5(string_agg(l::text, '|' ORDER BY id)) AS hash FROM leads l";
  const again = await createAcme(superuserUrl(), `acme_again_${process.pid}`, { scale: 0.005 });
  expect(await sql(again.ownerUrl, content)).toEqual(await sql(two.ownerUrl, content));
  await sql(superuserUrl(), `DROP DATABASE ${again.name} WITH (FORCE)`);
});

test('the seed, which skips the foreign keys, leaves no orphan and no event of another tenant', async () => {
  const orphans = await sql(
    one.ownerUrl,
    `SELECT 'user' AS of, u.id FROM users u LEFT JOIN tenants t ON t.id = u.tenant_id WHERE t.id IS NULL
     UNION ALL SELECT 'lead', l.id FROM leads l LEFT JOIN tenants t ON t.id = l.tenant_id WHERE t.id IS NULL
     UNION ALL SELECT 'session', s.user_id FROM sessions s LEFT JOIN users u ON u.id = s.user_id WHERE u.id IS NULL
     UNION ALL SELECT 'event', e.id FROM lead_events e LEFT JOIN leads l ON l.id = e.lead_id AND l.tenant_id = e.tenant_id WHERE l.id IS NULL`,
  );
  expect(orphans).toEqual([]);
});

test('the application login sees no lead without a tenant, its own with one, and cannot write into another', async () => {
  const web = await connect(one.webUrl);
  const leads = 'SELECT count(*)::int AS n, count(DISTINCT tenant_id)::int AS tenants FROM leads';
  expect((await web.query(leads)).rows).toEqual([{ n: 0, tenants: 0 }]);
  await web.query("BEGIN; SET LOCAL app.tenant_id = '2'");
  expect((await web.query(leads)).rows).toEqual([{ n: 1200, tenants: 1 }]);
  await expect(web.query("INSERT INTO leads (tenant_id, email, full_name) VALUES (3, 'a@b.example', 'A')")).rejects.toThrow(
    /row-level security/,
  );
  await web.query('ROLLBACK');
  expect((await web.query(leads)).rows).toEqual([{ n: 0, tenants: 0 }]);
  await expect(web.query('ALTER TABLE leads DISABLE ROW LEVEL SECURITY')).rejects.toThrow(/must be owner/);
  await web.end();
});
