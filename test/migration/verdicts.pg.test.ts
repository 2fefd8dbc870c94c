import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogState } from '../../src/domain/catalog.ts';
import { catalogOf } from '../../src/migration/lint/catalog.ts';
import { migrationSource } from '../../src/migration/source.ts';
import { readCatalog } from '../../src/target/catalog.ts';
import { connect, serverTools, sql, testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { differenceOf, saidOf } from './compare.ts';
import type { Shape } from './compare.ts';
import { verdicts } from './judge.ts';
import { measureInside } from './measure.ts';
import { wrongOf } from './shape-on-server.ts';

const ACME = new URL('../../playground/acme/migrations', import.meta.url).pathname;
const golden = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

const SHAPES = JSON.parse(golden('lock-shapes.json')) as readonly Shape[];
const OBJECTS = `CREATE POLICY pol ON s.t USING (true); CREATE SEQUENCE s.sq2 OWNED BY s.t.a; CREATE PROCEDURE s.prc() LANGUAGE sql AS 'select 1'`;

/** A database with the schema of the shapes in it, and `s` on its search path. */
async function shapeDatabase(more = ''): Promise<TestDatabase> {
  const database = await testDatabase();
  await sql(database.url, `${golden('lock-shapes-schema.sql')}; ${more}`);
  await sql(database.url, `ALTER DATABASE "${database.name}" SET search_path = s`);
  return database;
}

describe('every measured shape, on this server beside its verdict from this server’s catalog', () => {
  let database: TestDatabase;
  let kept: TestDatabase;
  beforeAll(async () => {
    database = await shapeDatabase();
    kept = await testDatabase({ template: database.name });
  });
  afterAll(async () => {
    await Promise.all([database.drop(), kept.drop()]);
  });

  test.each(SHAPES.map((shape) => [shape.id, shape] as const))('%s', async (_, shape) => {
    expect(await wrongOf(shape, { template: database.name, major: serverTools().major, create: testDatabase, kept })).toEqual([]);
  });

  test('the catalog that the fast tests judge by is this server’s', async () => {
    const client = await connect(kept.url);
    const [now, recorded] = [await readCatalog(client), JSON.parse(golden('lock-shapes-catalog.json')) as CatalogState];
    await client.end();
    expect(outlineOf(now)).toEqual(outlineOf(recorded));
  });
});

/** A catalog without what differs from server to server: ids, sizes, and NOT NULL constraints, which are older than their catalog entry. */
function outlineOf(state: CatalogState) {
  const names = (id: number) => state.relations.find((each) => each.id === id)?.name ?? '';
  return {
    relations: state.relations
      .map(({ name, kind, persistence, columns, partition, parents, index, partitionKey }) => ({
        name,
        kind,
        persistence,
        columns,
        partition,
        partitionKey,
        parents: parents.map(names),
        index: index === null ? null : { ...index, table: names(index.table) },
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    constraints: state.constraints
      .filter(({ kind }) => kind !== 'n')
      .map(({ name, kind, valid, columns, references, condition }) => ({
        name,
        kind,
        valid,
        columns,
        references: names(references),
        condition,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    functions: state.functions
      .map(({ name, volatility, inlineable }) => ({ name, volatility, inlineable }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

describe('the verdict is what the server does', () => {
  let database: TestDatabase;
  /** The same, to which nobody is connected, so that it can be copied. */
  let template: TestDatabase;
  let client: Client;
  let catalog: CatalogState;
  beforeAll(async () => {
    [database, template] = [await shapeDatabase(OBJECTS), await shapeDatabase(OBJECTS)];
    client = await connect(database.url);
    catalog = await readCatalog(client);
  });
  afterAll(async () => {
    await client.end();
    await Promise.all([database.drop(), template.drop()]);
  });

  const statements = golden('live-statements.sql').trim().split('\n');
  test('on a floor of statements', () => {
    expect(statements.length).toBeGreaterThanOrEqual(300);
  });
  test.each(statements)('%s', async (line) => {
    const [statement = '', before] = line.split(' <- ');
    if (before !== undefined) {
      // What stands before it is committed, in a copy, or its locks would be among the statement's.
      const shape = { id: line, sql: statement, pre: before, facts: [] };
      expect(await wrongOf(shape, { template: template.name, major: serverTools().major, create: testDatabase, kept: template })).toEqual(
        [],
      );
      return;
    }
    await client.query('BEGIN');
    try {
      const said = saidOf(await verdicts(statement, { serverMajor: catalog.serverMajor, catalog }));
      expect(differenceOf(said, await measureInside(client, statement), { catalog: catalogOf(catalog) })).toBeNull();
    } finally {
      await client.query('ROLLBACK');
    }
  });
});

describe('the sample application’s migrations', () => {
  test('lock, rewrite and read as their verdicts say, each file judged by what the files before it leave behind', async () => {
    const database = await testDatabase();
    const client = await connect(database.url);
    const empty = await readCatalog(client);
    const read = await migrationSource({
      directory: ACME,
      serverMajor: () => Promise.resolve(serverTools().major),
      catalog: () => Promise.resolve(empty),
    }).read();
    if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
    let measured = 0;
    for (const { up, statements } of read.migrations) {
      const own = new Set<string>();
      for (const statement of statements) {
        if (!statement.inTransaction) {
          await client.query(statement.sql);
          continue;
        }
        const catalog = catalogOf(await readCatalog(client));
        await client.query('BEGIN');
        const did = await measureInside(client, statement.sql);
        const before = <T>(entries: readonly (readonly [string, T])[]) =>
          Object.fromEntries(entries.filter(([name]) => !own.has(tableOf(catalog, name))));
        const created = /^CREATE TABLE (\w+)/.exec(statement.sql)?.[1];
        if (created !== undefined) own.add(created);
        const seen = {
          ...did,
          locks: before(Object.entries(did.locks)),
          rewrites: did.rewrites.filter((name) => !own.has(tableOf(catalog, name))),
          scans: [],
        };
        // What it reads depends on rows that are not there yet.
        expect(`${up.path} line ${statement.line}: ${differenceOf({ ...saidOf([statement]), scans: [] }, seen, { catalog })}`).toMatch(
          /: null$/,
        );
        await client.query('COMMIT');
        measured += 1;
      }
    }
    expect(measured).toBeGreaterThan(25);
    await client.end();
    await database.drop();
  });
});

/** The table of an index, or the relation itself. */
function tableOf(catalog: ReturnType<typeof catalogOf>, name: string): string {
  const index = catalog.relation(name)?.index;
  const table = index == null ? null : catalog.byId(index.table);
  return table === null ? name : catalog.show(table);
}
