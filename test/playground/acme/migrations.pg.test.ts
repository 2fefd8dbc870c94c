import { execa } from 'execa';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acmeMigrations, APPLIED, createAcme } from '../../../playground/acme/database.ts';
import type { AcmeDatabase, AcmeMigration } from '../../../playground/acme/database.ts';
import { connect, serverTools, sql, superuserUrl, testDatabase } from '../../support/postgres.ts';

const migrations = await acmeMigrations();
const pending = migrations.slice(APPLIED);
const { tools } = serverTools();

test('versions are consecutive and every migration has a way back and a validation', () => {
  expect(migrations.map(({ version }) => version)).toEqual(['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008', '0009']);
  for (const { down, validate } of migrations) {
    expect(down).toMatch(/DROP/);
    expect(validate).toMatch(/SELECT/);
  }
});

test('the backfill is declared directly above one UPDATE, the last statement of its file', () => {
  const up = pending.find(({ version }) => version === '0008')?.up ?? '';
  expect(up).toMatch(/\n-- offpeak: backfill table=leads key=id\nUPDATE leads SET [^;]*WHERE email_domain IS NULL;\n$/);
});

describe.skipIf(tools === null)('on a seeded database', () => {
  let acme: AcmeDatabase;
  let client: Client;

  beforeAll(async () => {
    acme = await createAcme(superuserUrl(), `acme_migrations_${process.pid}`, { scale: 0.02 });
    client = await connect(acme.ownerUrl);
  });
  afterAll(async () => {
    await client.end();
    await sql(superuserUrl(), `DROP DATABASE ${acme.name} WITH (FORCE)`);
  });

  test('each pending migration goes up, validates, comes down to the exact schema, goes up again; then all come down', async () => {
    const start = await schema(acme.ownerUrl);
    const stages: string[] = [];
    for (const migration of pending) {
      const before = await schema(acme.ownerUrl);
      stages.push(before);
      await client.query(migration.up);
      const after = await schema(acme.ownerUrl);
      expect(after).not.toBe(before);
      expect(await problems(client, migration)).toEqual([]);
      await client.query(migration.down);
      expect(await schema(acme.ownerUrl)).toBe(before);
      await client.query(migration.up);
      expect(await schema(acme.ownerUrl)).toBe(after);
      expect(await problems(client, migration)).toEqual([]);
    }
    for (const migration of pending.toReversed()) {
      await client.query(migration.down);
      expect(await schema(acme.ownerUrl)).toBe(stages.pop());
    }
    expect(await schema(acme.ownerUrl)).toBe(start);
  });

  test('the validation of 0007 fails without the index, of 0008 without the backfill, of 0009 on an id given twice', async () => {
    const [index, domain, publicId] = pending;
    if (!index || !domain || !publicId) throw new Error('three pending migrations expected');
    expect(await problems(client, index)).toHaveLength(1);

    await client.query(domain.up);
    await client.query('UPDATE leads SET email_domain = NULL WHERE id IN (SELECT id FROM leads ORDER BY id LIMIT 3)');
    expect(await problems(client, domain)).toHaveLength(3);
    await client.query(domain.down);

    await client.query(publicId.up);
    await client.query("UPDATE leads SET public_id = 'd2719fbe-5ac1-4a5f-8a27-0c1d0f4f8a11' WHERE id <= 2");
    expect(await problems(client, publicId)).toHaveLength(1);
    await client.query(publicId.down);
  });

  test('leads captured while 0008 is half done get their domain from the trigger', async () => {
    const domain = pending.find(({ version }) => version === '0008');
    const [ddl = ''] = domain?.up.split('-- offpeak: backfill') ?? [];
    await client.query(ddl);
    const inserted = await client.query<{ email_domain: string }>(
      "INSERT INTO leads (tenant_id, email, full_name) VALUES (1, 'new@Example.COM', 'New') RETURNING email_domain",
    );
    expect(inserted.rows).toEqual([{ email_domain: 'example.com' }]);
    await client.query(domain?.down ?? '');
  });
});

test.skipIf(tools === null)('from nothing: all up, each validates, all down to nothing', async () => {
  const database = await testDatabase();
  const empty = await schema(database.url);
  const client = await connect(database.url);
  for (const migration of migrations) {
    await client.query(migration.up);
    expect(await problems(client, migration), migration.version).toEqual([]);
  }
  for (const migration of migrations.toReversed()) await client.query(migration.down);
  expect(await schema(database.url)).toBe(empty);
  await client.end();
  await database.drop();
});

/** All rows of all queries of the validation. */
async function problems(client: Client, { validate }: AcmeMigration): Promise<unknown[]> {
  const results: unknown = await client.query(validate);
  const list: unknown[] = Array.isArray(results) ? results : [results];
  return list.flatMap((result) => (typeof result === 'object' && result !== null && 'rows' in result ? result.rows : [result]));
}

/** pg_dump's own words, without the random key that newer minors put around them. */
async function schema(url: string): Promise<string> {
  const { stdout } = await execa(tools?.pg_dump ?? 'pg_dump', ['--schema-only', url]);
  return stdout.replace(/^\\(un)?restrict .*$/gm, '');
}
