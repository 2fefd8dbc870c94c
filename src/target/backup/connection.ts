import { Client } from 'pg';

/** How libpq programs reach one database: by environment only, because arguments are visible to every user of the machine. */
export type LibpqEnvironment = Readonly<Record<string, string | undefined>>;

const SSL_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['channel_binding', 'PGCHANNELBINDING'],
]);

/**
 * The environment for pg_dump and pg_restore that leads where `pg` goes with the same connection string.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function libpqEnvironment(connectionString: string, applicationName: string): LibpqEnvironment {
  const { host, port, user, database, password } = new Client({ connectionString });
  const environment: Record<string, string | undefined> = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGAPPNAME: applicationName,
    PGCONNECT_TIMEOUT: '10',
    // Options of the surroundings must not leak into a dump.
    PGOPTIONS: undefined,
    PGSERVICE: undefined,
  };
  if (typeof password === 'string' && password !== '') environment['PGPASSWORD'] = password;
  const parameters = parametersOf(connectionString);
  for (const [parameter, variable] of SSL_PARAMETERS) {
    const value = parameters.get(parameter);
    if (value) environment[variable] = value === 'no-verify' ? 'require' : value;
  }
  if (parameters.get('ssl') === 'true') environment['PGSSLMODE'] ??= 'require';
  return environment;
}

/** A connected client, known in pg_stat_activity by its application name. Throws the server's or the network's own words. */
export async function connected(connectionString: string, applicationName: string, database?: string): Promise<Client> {
  const client = new Client({
    connectionString: database === undefined ? connectionString : onDatabase(connectionString, database),
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
  });
  // A session that the server ends is reported by the query it interrupts.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Terminates the client's backend when `signal` says stop, so that a long statement ends and its promise settles.
 * Dispose of it before the client ends.
 */
export async function endedOnAbort(client: Client, connectionString: string, signal: AbortSignal): Promise<Disposable> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const terminate = async () => {
    const other = await connected(connectionString, 'offpeak:stop');
    try {
      await other.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    } finally {
      await other.end();
    }
  };
  const onAbort = () => void terminate().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) };
}

/** The connection string of another database of the same server. */
export function onDatabase(connectionString: string, database: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/** `text` without the password of the connection string, whatever a program wrote. */
export function redacted(text: string, ...connectionStrings: readonly string[]): string {
  let clean = text;
  for (const connectionString of connectionStrings) {
    clean = clean.replaceAll(connectionString, 'the connection string');
    const password = passwordOf(connectionString);
    if (password !== '') clean = clean.replaceAll(password, '***');
  }
  return clean;
}

/** What went wrong, in the program's or the server's own words, without a secret. */
export function wordsOf(error: unknown, ...connectionStrings: readonly string[]): string {
  return redacted(error instanceof Error ? error.message : String(error), ...connectionStrings);
}

function passwordOf(connectionString: string): string {
  try {
    const { password } = new Client({ connectionString });
    return typeof password === 'string' ? password : '';
  } catch {
    // Not a connection string: that is the error being told.
    return '';
  }
}

function parametersOf(connectionString: string): URLSearchParams {
  return URL.canParse(connectionString) ? new URL(connectionString).searchParams : new URLSearchParams();
}
