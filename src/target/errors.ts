import { DatabaseError } from 'pg';

/** Something the operator can act on. Its message never holds a connection string or a password (invariant 9). */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  /** SQLSTATE or errno, for decisions; null when it is ours. */
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

/** SQLSTATE of a PostgreSQL error or errno of a network error; null for anything else. */
export function codeOf(error: unknown): string | null {
  if (error instanceof DatabaseError || error instanceof TargetError) return error.code ?? null;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return null;
}

/** What each code means and what to do now; `$` stands for the place we connected to. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing answers at $. Is the database up, and are host and port right?',
  ENOENT: 'Nothing answers at $. Is the database up, and is the socket directory right?',
  ENOTFOUND: 'The host name of $ is unknown here. Check the spelling and the DNS of this machine.',
  EAI_AGAIN: 'The name server did not answer for $. Check the network of this machine, then try again.',
  ETIMEDOUT: 'No answer from $ in time. Check firewall and network, then try again.',
  ECONNRESET: 'The connection to $ was cut. Check the network and the database log, then try again.',
  EHOSTUNREACH: 'There is no way to $ from this machine. Check network and firewall.',
  '28P01': '$ refused the password. Put the right one into the settings of this target.',
  '28000': '$ does not let this role in from here. Check the role and pg_hba.conf, and whether TLS is required.',
  '3D000': 'The database does not exist on the server: $. Check the name.',
  '42501': 'The role of this target may not do that at $. Grant what is missing, or use the owner of the tables.',
  '53100': 'The disk of $ is full. Make room before anything else; nothing may be started.',
  '53200': '$ is out of memory. Look at the server before you try again.',
  '53300': '$ has no connection left. End idle sessions or raise max_connections, then try again.',
  '57P01': '$ ended our session: it was terminated, or the server is shutting down.',
  '57P02': '$ crashed and is recovering. Wait until it is back, then look at its log.',
  '57P03': '$ is starting up or shutting down. Wait a moment, then try again.',
  '25006': '$ is read-only: a replica, or default_transaction_read_only is on. Use the primary.',
};

/** Whether the session is gone, so that nobody knows what the last statement did until the marker is read (F7). */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null)
    return (
      error instanceof Error &&
      /Connection terminated|not queryable|Client was closed|timeout expired|Query read timeout/i.test(error.message)
    );
  return /^(08|57P0[123])/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH'].includes(code);
}

/**
 * The operator's sentence for an error of connecting or of our own bookkeeping SQL.
 * `place` is host, port and database, without the user. The driver's own words are kept only for PostgreSQL's errors, which never quote a password.
 */
export function targetError(error: unknown, place: string): TargetError {
  if (error instanceof TargetError) return error;
  const code = codeOf(error);
  const sentence = code === null ? undefined : SENTENCES[code];
  if (sentence !== undefined)
    return new TargetError(
      sentence.replaceAll('$', () => place),
      code,
    );
  if (error instanceof DatabaseError) return new TargetError(`${place} answered ${error.code ?? 'an error'}: ${error.message}`, code);
  if (isConnectionLoss(error))
    return new TargetError(`The connection to ${place} broke or never came about. Check the network, then try again.`, code);
  return new TargetError(
    `${place} could not be used${code === null ? '' : ` (${code})`}. Check the connection string of this target.`,
    code,
  );
}

/** Whether the text is a postgresql:// URL. Checked first: any `word:secret` is a URL to the parser, and its path would be shown. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text) && URL.canParse(text);
}

/** Host, port and database of a connection string, fit to be shown; never user or password. */
export function placeOf(connectionString: string): string {
  if (!isPostgresUrl(connectionString)) return 'the target';
  const url = new URL(connectionString);
  const host = url.searchParams.get('host') ?? url.hostname;
  return `${host}:${url.port || '5432'}${decodeURIComponent(url.pathname)}`;
}
