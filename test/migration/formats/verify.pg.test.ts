import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationSource } from '../../../src/migration/source.ts';
import { postgresTarget } from '../../../src/target/postgres-target.ts';
import { sql, testDatabase } from '../../support/postgres.ts';

test('sqitch: a verify passes when it raises nothing and fails when a computed row raises, on a real server', async () => {
  const [database, directory] = [await testDatabase(), await mkdtemp(join(tmpdir(), 'sqitch-'))];
  const target = postgresTarget({ name: 'acme', connectionString: database.url });
  try {
    for (const folder of ['deploy', 'verify']) await mkdir(join(directory, folder));
    await writeFile(join(directory, 'sqitch.plan'), 'a 2024-01-01T10:00:00Z Ann <a@example.com>\n');
    await writeFile(join(directory, 'deploy/a.sql'), 'CREATE TABLE a (id int, v int)');
    const verify =
      "BEGIN;\nSELECT id, v FROM a;\nSELECT 1/count(*) FROM a;\nDO $$ BEGIN ASSERT (SELECT count(*) FROM a) < 2, 'too many'; END $$;\nROLLBACK;\n";
    await writeFile(join(directory, 'verify/a.sql'), verify);
    const read = await migrationSource({ directory, format: 'sqitch', serverMajor: () => Promise.resolve(15) }).read();
    if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
    const scripts = read.migrations.map(({ version, up, validations }) => ({ version, path: up.path, statements: validations }));
    expect(await target.validate(scripts)).toEqual([
      expect.stringMatching(/^a line 2: 42P01/),
      expect.stringMatching(/^a line 3: 42P01/),
      expect.stringMatching(/^a line 4: 42P01/),
    ]);
    await sql(database.url, 'CREATE TABLE a (id int, v int)');
    expect(await target.validate(scripts)).toEqual(['a line 3: 22012 division by zero']);
    await sql(database.url, 'INSERT INTO a VALUES (1, 2)');
    expect(await target.validate(scripts)).toEqual([]);
    await sql(database.url, 'INSERT INTO a VALUES (3, 4)');
    expect(await target.validate(scripts)).toEqual(['a line 4: P0004 too many']);
  } finally {
    await target.close();
    await database.drop();
    await rm(directory, { recursive: true });
  }
});
