import { execa } from 'execa';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { connected, libpqEnvironment, wordsOf } from '../backup/connection.ts';
import { lastWords } from '../backup/dump.ts';
import type { Manifest } from '../backup/manifest.ts';
import { findTools } from '../backup/tools.ts';
import { sessionName } from '../session.ts';
import type { Shown } from './look.ts';
import { besideUrl } from './maintenance.ts';
import { besideMark, isCopyOf, type RestoreNames } from './names.ts';
import { RestoreRefused, type RestoreOptions, type RestoreWork } from './options.ts';

/** Everything that an empty database is made with; the provider's column has another name since 17. */
const LIKE_LIVE = `
select pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype, pg_get_userbyid(datdba)::text as owner,
  (select spcname::text from pg_tablespace t where t.oid = dattablespace) as tablespace,
  coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
from pg_database d where datname = $1`;

type LikeLive = {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly owner: string;
  readonly tablespace: string;
  readonly provider: string;
  readonly locale: string | null;
};

export type Loading = {
  readonly admin: Client;
  readonly options: RestoreOptions;
  readonly work: RestoreWork;
  readonly names: RestoreNames;
  readonly shown: Shown;
  readonly manifest: Manifest;
};

/**
 * Loads the backup into a new database beside the live one (F59), with its owners, grants and sequences. Done already by an earlier worker:
 * nothing is done again. Half done: it is dropped, and made anew. Throws RestoreRefused when pg_restore fails; the live database is never written.
 */
export async function loadBeside(loading: Loading): Promise<void> {
  const { admin, work, names, shown } = loading;
  const { runId, backup } = work;
  if (shown.beside?.comment === besideMark(runId, backup.id, 'restored')) return;
  if (shown.beside !== null && !isCopyOf(shown.beside.comment, runId) && !(await isUnmarked(loading)))
    throw new RestoreRefused(
      `A database called ${names.beside} is there, and it is not a copy of this run. Rename it, or drop it when nobody needs it. The live database was not touched.`,
    );
  const beside = escapeIdentifier(names.beside);
  await admin.query(`drop database if exists ${beside} with (force)`);
  await admin.query(await createStatement(admin, names));
  await mark(loading, 'loading');
  // Nobody but us has business in it before the switch.
  await admin.query(`revoke connect on database ${beside} from public`);
  await pgRestore(loading);
  // Without statistics the first minutes after the switch would be the slowest of the night.
  const client = await connected(besideUrl(loading.options, names.beside), sessionName(runId, work.epoch, 'analyze'));
  try {
    await client.query('analyze');
  } finally {
    await client.end().catch(() => {});
  }
  await mark(loading, 'restored');
}

/** Whether it was created and not marked yet, when a worker died: nothing says whose it is, and nothing was ever put into it. */
async function isUnmarked({ shown, options, names, work }: Loading): Promise<boolean> {
  if (shown.beside?.comment !== null) return false;
  const client = await connected(besideUrl(options, names.beside), sessionName(work.runId, work.epoch, 'look'));
  try {
    const { rows } = await client.query<{ empty: boolean }>('select not exists (select from pg_class where oid >= 16384) as empty');
    return rows[0]?.empty === true;
  } finally {
    await client.end().catch(() => {});
  }
}

async function mark({ admin, work, names }: Loading, state: 'loading' | 'restored'): Promise<void> {
  const comment = escapeLiteral(besideMark(work.runId, work.backup.id, state));
  await admin.query(`comment on database ${escapeIdentifier(names.beside)} is ${comment}`);
}

async function createStatement(admin: Client, names: RestoreNames): Promise<string> {
  const { rows } = await admin.query<LikeLive>(LIKE_LIVE, [names.live]);
  const [like] = rows;
  if (like === undefined) throw new RestoreRefused(`The server has no database ${names.live}. Nothing was changed.`);
  return (
    `create database ${escapeIdentifier(names.beside)} template template0 owner ${escapeIdentifier(like.owner)} ` +
    `encoding ${escapeLiteral(like.encoding)} lc_collate ${escapeLiteral(like.collate)} lc_ctype ${escapeLiteral(like.ctype)} ` +
    `tablespace ${escapeIdentifier(like.tablespace)}${provider(like)}`
  );
}

/** https://www.postgresql.org/docs/current/sql-createdatabase.html: icu since 15, builtin since 17. */
function provider({ provider: kind, locale }: LikeLive): string {
  if (kind === 'i' && locale !== null) return ` locale_provider icu icu_locale ${escapeLiteral(locale)}`;
  if (kind === 'b' && locale !== null) return ` locale_provider builtin builtin_locale ${escapeLiteral(locale)}`;
  return '';
}

async function pgRestore({ options, work, names, manifest }: Loading): Promise<void> {
  const { connectionString, binDir, toolRoots } = options;
  const found = await findTools({ serverMajor: manifest.source.serverMajor, binDir, roots: toolRoots });
  if (!found.ok) throw new RestoreRefused(`${found.why} The live database was not touched.`);
  const only = ['--exit-on-error', '--jobs=2', '--no-password', '--no-subscriptions'];
  const result = await execa(found.tools.pgRestore, [...only, `--dbname=${names.beside}`, work.backup.path], {
    env: {
      ...libpqEnvironment(connectionString, sessionName(work.runId, work.epoch, 'pg_restore')),
      PGDATABASE: names.beside,
    },
    stdin: 'ignore',
    cancelSignal: work.signal,
    forceKillAfterDelay: 5000,
    reject: false,
  });
  work.signal.throwIfAborted();
  if (result.exitCode === 0) return;
  const words = wordsOf(lastWords(result.stderr), connectionString);
  throw new RestoreRefused(
    `pg_restore ended with ${result.exitCode ?? result.signal ?? result.code}: ${words} The live database was not touched; what was loaded lies in ${names.beside}.`,
  );
}
