import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { Client } from 'pg';

/** Makes an empty database and answers its connection string. */
export async function freshDatabase(server: { readonly superuserUrl: string; url(name: string): string }, name: string): Promise<string> {
  const client = new Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await client.end();
  return server.url(name);
}

/** Milliseconds of one psql, from its start to its end. Throws when it did not end well. */
async function psql(url: string, script: string): Promise<{ readonly ms: number; readonly out: string }> {
  const begun = performance.now();
  const child = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const closed = once(child, 'close');
  child.stdin.end(script);
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`psql ended with ${code}.`);
  return { ms: performance.now() - begun, out };
}

/** The reference: one psql session, one file after another, each with its history row in one transaction. */
export async function applyByPsql(url: string, paths: readonly string[]): Promise<number> {
  await psql(url, 'CREATE TABLE history (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());');
  const version = (path: string) => basename(path).split('_')[0];
  const script = paths.map((path) => `BEGIN;\n\\i ${path}\nINSERT INTO history (version) VALUES ('${version(path)}');\nCOMMIT;\n`).join('');
  const { ms } = await psql(url, script);
  const { out } = await psql(url, 'SELECT count(*) FROM history;');
  if (Number(out) !== paths.length) throw new Error(`psql applied ${out.trim()} of ${paths.length} files.`);
  return ms;
}

/** The reference of a status: one psql asks which of these files has no history row. */
export async function statusByPsql(url: string, paths: readonly string[]): Promise<number> {
  const versions = paths.map((path) => `('${basename(path).split('_')[0]}')`).join(',');
  const { ms, out } = await psql(
    url,
    `SELECT f.v FROM (VALUES ${versions}) f (v) LEFT JOIN history h ON h.version = f.v WHERE h.version IS NULL;`,
  );
  if (out.trim() !== '') throw new Error(`psql says that ${out.trim()} is pending.`);
  return ms;
}
