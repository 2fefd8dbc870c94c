import { readFileSync } from 'node:fs';
import { startPostgres } from '../../playground/postgres/server.ts';
import { loadParser } from '../../src/migration/parser.ts';
import { connect } from '../support/connect.ts';
import type { Shape } from './compare.ts';
import { serverOfEachMajor, WANTED } from './server-of-each-major.ts';
import { wrongOf } from './shape-on-server.ts';

/**
 * `npm run test:majors`: every measured shape on every major beside its verdict. Servers are looked for in PG_MAJOR_DIRS (folders
 * with postgres and initdb, between colons), /usr/lib/postgresql/N/bin and the embedded package. Ends with 1 when a shape is
 * wrong, and when a major is missing, which it names: what was not tried is not proved.
 */
const golden = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');
const SHAPES = JSON.parse(golden('lock-shapes.json')) as readonly Shape[];

const servers = await serverOfEachMajor();
const missing = WANTED.filter((major) => !servers.has(major));
let wrong = 0;
for (const [major, dir] of [...servers].sort(([a], [b]) => a - b)) wrong += await tried(major, dir);
if (missing.length > 0) {
  process.stderr.write(
    `Not tried, because there is no server: PostgreSQL ${missing.join(', ')}. Install postgresql-N, or name folders with postgres and initdb in PG_MAJOR_DIRS.\n`,
  );
}
process.exit(wrong > 0 || missing.length > 0 ? 1 : 0);

/** Runs every shape on one server and answers how many were wrong. */
async function tried(major: number, dir: string): Promise<number> {
  await loadParser();
  const server = await startPostgres({ binaries: { dir, tools: null, origin: 'system', major } });
  const admin = await connect(server.superuserUrl);
  try {
    await admin.query('CREATE DATABASE shapes');
    const first = await connect(server.url('shapes'));
    await first.query(golden('lock-shapes-schema.sql'));
    await first.end();
    let count = 0;
    const create = async ({ template }: { readonly template: string }) => {
      const name = `shape_${(count += 1)}`;
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      await admin.query(`ALTER DATABASE ${name} SET search_path = s`);
      return { url: server.url(name), drop: async () => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)) };
    };
    const kept = await create({ template: 'shapes' });
    let bad = 0;
    for (const shape of SHAPES) {
      const differences = await wrongOf(shape, { major, template: 'shapes', create, kept });
      if (differences.length > 0) bad += 1;
      for (const difference of differences) process.stderr.write(`PostgreSQL ${major} ${shape.id}: ${difference}\n`);
    }
    process.stdout.write(
      `PostgreSQL ${major}: ${SHAPES.length - bad} of ${SHAPES.length} shapes are what their fact and their verdict say\n`,
    );
    return bad;
  } finally {
    await admin.end();
    await server.stop();
  }
}
