export const MONITOR_HINT = 'let it with GRANT pg_monitor TO that role';

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'The database refuses connections: is it running, and is its address right?'],
  ['ENOTFOUND', "The database's address is unknown: correct it in the settings."],
  ['ECONNRESET', 'The database broke off the connection.'],
  ['57014', 'The database gave no answer within 2 s.'],
  ['53300', 'The database has no connection left for our reading.'],
  ['28P01', 'The database refused our password.'],
  ['25006', 'The query would write, and this session only reads.'],
  ['42501', `Our role may not read this: ${MONITOR_HINT}.`],
]);

/** Why the database could not be read. A server's own words may quote what people wrote, so they are shown only for a reading of ours. */
export function databaseFailure(error: unknown): string {
  const words = error instanceof Error ? error.message : 'no reason given';
  return known(error) ?? `The database could not be read: ${words}.`;
}

/** The same where the query is the team's: its error may quote a value. */
export function queryFailure(error: unknown): string {
  const code = codeOf(error);
  return known(error) ?? `The query could not be answered${/^[A-Z0-9]{5}$/.test(code) ? ` (SQLSTATE ${code})` : ''}.`;
}

function known(error: unknown): string | undefined {
  const sentence = SENTENCES.get(codeOf(error));
  if (sentence !== undefined) return sentence;
  return error instanceof Error && /timeout/i.test(error.message) ? 'The database gave no answer within 2 s.' : undefined;
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
