import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { startPostgres } from '../../playground/postgres/server.ts';
import { blocksOf, worse } from '../../src/migration/lint/effect.ts';
import { catalogOf } from '../../src/migration/lint/catalog.ts';
import { loadParser } from '../../src/migration/parser.ts';
import { readCatalog } from '../../src/target/catalog.ts';
import type { CatalogState } from '../../src/domain/catalog.ts';
import type { LockMode } from '../../src/domain/plan.ts';
import { connect } from '../support/connect.ts';
import { differenceOf, saidOf } from './compare.ts';
import { verdicts } from './judge.ts';
import { measureInside } from './measure.ts';
import { serverOfEachMajor, WANTED } from './server-of-each-major.ts';

/**
 * `npm run test:statements -- [--majors 15,18] [FILE…]`: each line of the files (golden/live-statements.sql without any) is a
 * statement, and behind ` <- ` what is committed before it. Each is linted from the server's catalog and then run, in a transaction
 * that is rolled back; every difference is printed. Ends with 1 when there is one, or when a major that was asked for has no server.
 */
const [given, files] = arguments_(process.argv.slice(2));
const golden = (name: string) => new URL(`golden/${name}`, import.meta.url).pathname;
const SCHEMA = readFileSync(golden('lock-shapes-schema.sql'), 'utf8');
const OBJECTS = `CREATE POLICY pol ON s.t USING (true); CREATE SEQUENCE s.sq2 OWNED BY s.t.a; CREATE PROCEDURE s.prc() LANGUAGE sql AS 'select 1'`;

const lines = (files.length === 0 ? [golden('live-statements.sql')] : files)
  .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
  .filter((line) => line.trim() !== '');
const servers = await serverOfEachMajor();
const missing = given.filter((major) => !servers.has(major));
let wrong = 0;
for (const major of given) wrong += servers.has(major) ? await tried(major, servers.get(major) ?? '') : 0;
if (missing.length > 0) process.stderr.write(`Not tried, because there is no server: PostgreSQL ${missing.join(', ')}.\n`);
process.exit(wrong > 0 || missing.length > 0 ? 1 : 0);

function arguments_(words: readonly string[]): readonly [readonly number[], readonly string[]] {
  const at = words.indexOf('--majors');
  if (at === -1) return [WANTED, words];
  return [(words[at + 1] ?? '').split(',').map(Number), words.toSpliced(at, 2)];
}

async function tried(major: number, dir: string): Promise<number> {
  await loadParser();
  const server = await startPostgres({ binaries: { dir, tools: null, origin: 'system', major } });
  const admin = await connect(server.superuserUrl);
  try {
    for (const name of ['shapes', 'kept']) {
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.query(`ALTER DATABASE ${name} SET search_path = s`);
      const client = await connect(server.url(name));
      await client.query(`${SCHEMA}; ${OBJECTS}`);
      await client.end();
    }
    const client = await connect(server.url('kept'));
    const catalog = await readCatalog(client);
    let bad = 0;
    for (const line of lines) {
      const [statement = '', before] = line.split(' <- ');
      const difference =
        before === undefined ? await differs(client, { statement, catalog }) : await inCopy({ admin, url: server.url, statement, before });
      if (difference === null) continue;
      bad += 1;
      process.stdout.write(`${major}: ${line}\n      ${difference}\n`);
    }
    await client.end();
    process.stdout.write(`PostgreSQL ${major}: ${lines.length - bad} of ${lines.length} statements do what their verdict says\n`);
    return bad;
  } finally {
    await admin.end();
    await server.stop();
  }
}

type Copy = { readonly admin: Client; readonly url: (database: string) => string; readonly statement: string; readonly before: string };

async function inCopy({ admin, url, statement, before }: Copy): Promise<string | null> {
  await admin.query('DROP DATABASE IF EXISTS copy WITH (FORCE)');
  await admin.query('CREATE DATABASE copy TEMPLATE shapes');
  await admin.query('ALTER DATABASE copy SET search_path = s');
  const client = await connect(url('copy'));
  try {
    await client.query(before);
    return await differs(client, { statement, catalog: await readCatalog(client) });
  } catch (error) {
    return `what stands before it failed: ${String(error)}`;
  } finally {
    await client.end();
  }
}

async function differs(client: Client, on: { readonly statement: string; readonly catalog: CatalogState }): Promise<string | null> {
  let statements: Awaited<ReturnType<typeof verdicts>>;
  try {
    statements = await verdicts(on.statement, { serverMajor: on.catalog.serverMajor, catalog: on.catalog });
  } catch (error) {
    return `not judged: ${String(error)}`;
  }
  await client.query('BEGIN');
  try {
    const did = await measureInside(client, on.statement);
    const alone = statements.some(({ inTransaction }) => !inTransaction);
    if (alone !== (did.error === '25001')) return `outside a transaction: ${alone}, measured ${did.error}`;
    if (alone) return null;
    const unknown = statements.some(({ known }) => !known) ? ' (said to be unknown)' : '';
    const difference = differenceOf(saidOf(statements), did, { catalog: catalogOf(on.catalog) });
    if (difference !== null) return `${difference}${unknown}`;
    if (did.error !== undefined || unknown !== '') return null;
    const measured = blocksOf(Object.entries<LockMode>(did.locks).map(([relation, mode]) => ({ relation, mode })));
    const said = statements.map(({ blocks }) => blocks).reduce(worse, 'nothing');
    return said === measured ? null : `blocks ${said}, measured ${measured}`;
  } finally {
    await client.query('ROLLBACK');
  }
}
