import type { Node, ParseResult, ScanToken } from 'libpg-query';

/** PostgreSQL's own grammar (libpg-query, PostgreSQL 18's). Offsets of `parse` are UTF-8 bytes, those of a syntax error characters. */
export type Parser = {
  readonly parse: (sql: string) => ParseResult;
  /** The plpgsql body of one DO or CREATE FUNCTION statement; throws when it cannot be read. */
  readonly parsePlpgsql: (sql: string) => unknown;
  readonly scan: (sql: string) => readonly ScanToken[];
};

export type { Node };

/** Where PostgreSQL stopped reading. `position` counts characters (code points) from 0; null when the parser said nothing. */
export type SyntaxProblem = { readonly message: string; readonly position: number | null };

let loading: Promise<Parser> | undefined;

let loaded: Parser | null = null;

/** The parser when it was loaded already, for code that has a parsed statement in its hands and so cannot be without one. */
export function parserInUse(): Parser | null {
  return loaded;
}

/** Loads the WASM module at the first call (about 40 ms) and answers the same parser ever after; nothing happens at import. */
export function loadParser(): Promise<Parser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Parser> {
  const grammar = await import('libpg-query');
  await grammar.loadModule();
  loaded = {
    parse: (sql) => grammar.parseSync(sql),
    parsePlpgsql: (sql) => grammar.parsePlPgSQLSync(sql),
    scan: (sql) => grammar.scanSync(sql).tokens,
  };
  return loaded;
}

/** What a thrown parser error says. Anything but a syntax error (a nesting the parser gives up on) comes without a position. */
export function syntaxProblemOf(error: unknown): SyntaxProblem {
  const details =
    error instanceof Error && 'sqlDetails' in error ? (error.sqlDetails as { cursorPosition?: number } | undefined) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const position = details?.cursorPosition;
  return { message, position: position !== undefined && position >= 0 ? position : null };
}
