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
