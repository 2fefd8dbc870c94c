import type { Parser } from '../parser.ts';
import { sha256 } from './sha.ts';
import type { Store } from './store.ts';

/** The parser, not asked twice about the same text. What it cannot read it is asked again. */
export function rememberingParser(parser: Parser, answers: Store): Parser {
  const remembered =
    <T>(what: string, ask: (sql: string) => T) =>
    (sql: string): T => {
      const key = sha256(`${what}\0${sql}`);
      const known = kept(answers.get(key));
      if (known !== null) return known.answer as T;
      const answer = ask(sql);
      answers.set(key, JSON.stringify(answer));
      return answer;
    };
  return {
    parse: remembered('parse', parser.parse),
    parsePlpgsql: remembered('plpgsql', parser.parsePlpgsql),
    scan: remembered('scan', parser.scan),
  };
}

/** An answer as it was kept; null when there is none, or none that can be read. */
function kept(text: string | undefined): { readonly answer: unknown } | null {
  if (text === undefined) return null;
  try {
    return { answer: JSON.parse(text) };
  } catch {
    return null;
  }
}
