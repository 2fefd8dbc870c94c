import { Client, type QueryConfig, type QueryResult } from 'pg';
import type { Backend } from '../domain/events.ts';
import { forgetPrepared } from './bundle.ts';
import { isPostgresUrl, placeOf, targetError, TargetError } from './errors.ts';
import { arm, armFirst, type SessionSettings } from './settings.ts';

/** One connection of ours, armed with timeouts. Never from a pool: what a session carries must be known. */
export type Session = {
  readonly client: Client;
  readonly backend: Backend;
  /** False once the connection broke or was ended. */
  readonly alive: () => boolean;
  /** Forgets everything a file may have set (DISCARD ALL), then sets ours again and reads it back. */
  readonly renew: (settings: SessionSettings) => Promise<void>;
  /** Asks in turn: one client answers one question at a time, whoever is still waiting for an earlier one. */
  readonly ask: <T>(question: (client: Client) => Promise<T>) => Promise<T>;
  readonly end: () => Promise<void>;
};

export type OpenRequest = {
  readonly connectionString: string;
  readonly connectMs: number;
  readonly settings: SessionSettings;
  /** How long one answer may take, in milliseconds; a little more than the statement timeout when absent, without end when 0. */
  readonly answerMs?: number;
};

/** A statement that ran into its timeout is answered within this time; silence means that the connection is dead (F8). */
export const ANSWER_SLACK_MS = 5_000;

/** The name under which a session of a run is seen by operators: 63 bytes at most, the run before the rest. */
export function sessionName(run: string, epoch: number, what: string): string {
  return `offpeak:${run}:${epoch}:${what}`.slice(0, 63);
}

/** Connects and arms a session. Throws TargetError with the operator's sentence; the connection string is never quoted. */
export async function openSession({ connectionString, connectMs, settings, answerMs }: OpenRequest): Promise<Session> {
  const place = placeOf(connectionString);
  if (!isPostgresUrl(connectionString)) throw new TargetError('The connection string of this target is not a postgresql:// URL.');
  const client = new Client({
    connectionString,
    application_name: settings.applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs ?? (settings.statementTimeoutMs === 0 ? 0 : settings.statementTimeoutMs + ANSWER_SLACK_MS),
  });
  let alive = true;
  client.on('error', () => (alive = false));
  client.on('end', () => (alive = false));
  const end = async () => {
    alive = false;
    await client.end().catch(() => {});
  };
  try {
    await client.connect();
    const { pid, startedAt, watched } = await armFirst(client, settings);
    if (startedAt === null) throw new TargetError(`${place} does not show us our own session.`);
    const renew = async (next: SessionSettings) => {
      await client.query('DISCARD ALL');
      forgetPrepared(client);
      await arm(client, next, watched);
    };
    return { client, backend: { pid, startedAt }, alive: () => alive, renew, ask: inTurn(client), end };
  } catch (error) {
    await end();
    throw targetError(error, place);
  }
}

function inTurn(client: Client): Session['ask'] {
  let last: Promise<unknown> = Promise.resolve();
  return async (question) => {
    const answer = last.then(() => question(client));
    last = answer.catch(() => {});
    return await answer;
  };
}

/** Opens a session for a moment and ends it whatever happens; errors become the operator's sentence. */
export async function withSession<T>(request: OpenRequest, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(request);
  try {
    return await use(session);
  } catch (error) {
    throw targetError(error, placeOf(request.connectionString));
  } finally {
    await session.end();
  }
}

/**
 * Executes text of a file. The extended protocol makes the server itself refuse a second statement in it (N6).
 * `limitMs` is the statement timeout in force: an answer that is much later will never come (F8).
 */
export async function execute(client: Client, sql: string, limitMs?: number): Promise<QueryResult> {
  const query: QueryConfig & { readonly queryMode: 'extended'; readonly query_timeout?: number } = {
    text: sql,
    queryMode: 'extended',
    ...(limitMs === undefined ? {} : { query_timeout: limitMs + ANSWER_SLACK_MS }),
  };
  return await client.query(query);
}
