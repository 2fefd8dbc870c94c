/** Which database a connection string leads to, as far as the text says. */
export type DatabasePlace = { readonly host: string; readonly port: number; readonly database: string; readonly user: string };

const LOOPBACK = new Set(['127.0.0.1', '[::1]', '::1', '']);

/**
 * Host, port and database of a `postgres://` or `postgresql://` URL; null when it is none. A `host` or `port` parameter wins, as in libpq
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS); names of this machine are one name.
 */
export function databasePlace(url: string): DatabasePlace | null {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return null;
  try {
    const parsed = new URL(url);
    const host = decodeURIComponent(parsed.searchParams.get('host') ?? parsed.hostname).toLowerCase();
    const user = decodeURIComponent(parsed.username);
    const database = decodeURIComponent(parsed.pathname.slice(1)) || user;
    if (database === '') return null;
    const port = Number(parsed.searchParams.get('port') ?? (parsed.port || '5432'));
    return { host: LOOPBACK.has(host) ? 'localhost' : host.replace(/\.$/, ''), port, database, user };
  } catch {
    return null;
  }
}

/** Whether both lead to the same server, judged by the text alone. */
export function sameServer(a: DatabasePlace, b: DatabasePlace): boolean {
  return a.host === b.host && a.port === b.port;
}

/** Whether it is the database of this Supabase project: `db.<project>.supabase.co`, or its session pooler, where the project is behind the role's name. */
export function isOfSupabase({ host, user }: DatabasePlace, project: string): boolean {
  return host === `db.${project}.supabase.co` || (host.endsWith('.pooler.supabase.com') && user.endsWith(`.${project}`));
}

/** Whether both lead to the same database of the same server, judged by the text alone. */
export function sameDatabase(a: DatabasePlace, b: DatabasePlace): boolean {
  return sameServer(a, b) && a.database === b.database;
}
