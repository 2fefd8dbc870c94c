import { DatabaseError } from 'pg';

/** What stood in the way, by errno or SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing accepts connections at its address',
  ENOENT: 'there is no server socket at its address',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
  '28000': 'it does not accept this user',
  '28P01': 'it does not accept this password',
  '3D000': 'there is no such database on the server',
  '53300': 'it has no free connection',
  '57P01': 'it is shutting down',
  '57P02': 'it crashed and is restarting',
  '57P03': 'it is starting up',
};

/** Sentences of pg without a code. Its own words are not passed on: an invalid URL is quoted in them. */
const WORDS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/timeout/i, 'it did not answer in time'],
  [/Connection terminated|Client was closed|not queryable|Client has encountered/i, 'the connection broke'],
  [/after calling end on the pool/i, 'this process has closed it already'],
  [/Invalid URL/i, 'its address in the configuration is not a valid one'],
  [/SSL|certificate|self.signed/i, 'no encrypted connection could be agreed on'],
];

/** Why the ledger cannot be reached, in words without its address; null when the error is not about reaching it. */
function unreachable(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = UNREACHABLE[code];
  if (known !== undefined) return known;
  if (error instanceof DatabaseError) return code.startsWith('08') ? 'the connection broke' : null;
  return WORDS.find(([pattern]) => pattern.test(error.message))?.[1] ?? null;
}

/**
 * The error an operator can read, for one of pg. Never with the connection string, and without the original as its cause: that one
 * carries addresses. Anything that is not pg's is a bug and comes back as it is.
 */
export function inOperatorsWords(error: unknown, consequence: string): unknown {
  const why = unreachable(error);
  if (why !== null) return new Error(`The ledger cannot be reached: ${why}. ${consequence}`);
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === '42P01' || error.code === '3F000' || error.code === '42883')
    return new Error(`The ledger has no schema, or an older one: apply its migrations first. ${consequence}`);
  if (error.code === '55P03' || error.code === '57014') return new Error(`The ledger is busy and did not answer in time. ${consequence}`);
  return new Error(`The ledger refused a statement: ${error.message} (SQLSTATE ${error.code ?? 'unknown'}). ${consequence}`);
}
