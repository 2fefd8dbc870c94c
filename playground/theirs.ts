import { Client, escapeIdentifier } from 'pg';
import type { FormatName } from '../src/domain/formats.ts';
import { migrationSource, readDirectory } from '../src/migration/source.ts';
import { adoptHistory } from '../src/target/history.ts';
import { upOf } from '../src/target/backup/script.ts';
import { runPlainly } from './plain-run.ts';
import type { PostgresServer } from './postgres/server.ts';

/** Somebody else's migrations, and how many of the newest are left for the demo to plan. */
export type Theirs = { readonly directory: string; readonly format: FormatName; readonly pending: number };

type Server = Pick<PostgresServer, 'url' | 'superuserUrl'>;

/** Two databases side by side with all but the newest of their migrations applied and in Offpeak's history. */
export async function fillTheirs(server: Server, theirs: Theirs): Promise<{ readonly production: string; readonly staging: string }> {
  const { directory, format } = theirs;
  const production = await create(server, 'theirs', 'template0');
  const { rows } = await within(production, (client) =>
    client.query<{ major: number }>("SELECT current_setting('server_version_num')::int / 10000 AS major"),
  );
  const serverMajor = () => Promise.resolve(rows[0]?.major ?? 0);
  const { changes } = await readDirectory({ directory, format, serverMajor });
  // What is a program is in the history too: it was applied by their own tool.
  const { files } = await migrationSource({ directory, format, serverMajor }).adoptable();
  const applied = files.slice(0, Math.max(0, files.length - theirs.pending));
  if (files.length === 0) throw new Error(`There are no migrations of ${format} in ${directory}.`);
  for (const { version, up } of applied) {
    const read = changes.find(({ change }) => change.version === version);
    if (read === undefined) continue;
    const problem = read.problems.find(({ path }) => path === up.path && path !== read.change.down?.path);
    const failure = problem?.message ?? (await runPlainly(production, upOf(read.migration)));
    if (failure !== null) throw new Error(`${up.path} cannot be applied: ${failure}`);
  }
  const staging = await create(server, 'theirs_staging', 'theirs');
  const history = applied.map(({ version, name, up }) => ({ version, name, upSha256: up.sha256, runId: 'adopted' }));
  for (const url of [production, staging]) await adoptHistory(url, history);
  return { production, staging };
}

async function create(server: Server, name: string, template: string): Promise<string> {
  await within(server.superuserUrl, (client) =>
    client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`),
  );
  return server.url(name);
}

async function within<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
