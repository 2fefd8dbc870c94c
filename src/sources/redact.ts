/** Longest query text that is shown. */
const LONGEST = 120;

/**
 * A quoted identifier, which stays, or a string. A backslash before a quote ends a plain string or does not, depending on a setting
 * of that session: everything after it is taken for the string.
 */
const LITERAL = /("(?:[^"]|"")*")|[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|[bBxX]?'(?:[^'\\]|''|\\(?!'))*(?:'|\\'[\s\S]*|$)/g;

/**
 * A query as it may be shown to people: literals and comments are replaced, because they hold customers' data; whitespace is one
 * blank; cut after 120 characters. PostgreSQL cuts long queries itself, so a literal may have no end: all of it is replaced.
 */
export function redactedQuery(query: string): string {
  const clean = query
    .replaceAll(/\$((?:[A-Za-z_]\w*)?)\$[\s\S]*?(?:\$\1\$|$)/g, '?')
    .replaceAll(LITERAL, (_all, identifier: string | undefined) => identifier ?? '?')
    .replaceAll(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
    .replaceAll(/(?<![\w$"])\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '?')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
}

const PASSWORD_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi;
const TOKEN = /\b(xox[a-z]-|xapp-|xwfp-|sbp_|sntrys_|ghp_|github_pat_|eyJ[\w-]{10,}\.)[\w.-]+/g;

/** Text as it may be shown: the secrets we know, passwords in addresses and what begins as well-known tokens do are replaced. */
export function secretsHidden(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets
    .flatMap(formsOf)
    .filter((secret) => secret.length >= 4)
    .toSorted((a, b) => b.length - a.length);
  return longestFirst
    .reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text)
    .replaceAll(PASSWORD_IN_URL, '$1:[secret]@')
    .replaceAll(TOKEN, '[secret]');
}

/** An address is known by its password too, as it is written and as it is meant. */
function formsOf(secret: string): readonly string[] {
  if (!URL.canParse(secret)) return [secret];
  const { password } = new URL(secret);
  try {
    return [secret, password, decodeURIComponent(password)];
  } catch {
    return [secret, password];
  }
}
