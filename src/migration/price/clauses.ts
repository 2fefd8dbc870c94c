import type { Parser } from '../parser.ts';

/** The texts of a statement's clauses by the keyword they begin with, without it. Only keywords outside parentheses count. */
export type Clauses = ReadonlyMap<string, string>;

/** Cuts `UPDATE t SET a = 1 WHERE b` at these keywords: UPDATE → `t`, SET → `a = 1`, WHERE → `b`. */
export function clausesOf(parser: Parser, sql: string, keywords: readonly string[]): Clauses {
  const bytes = Buffer.from(sql, 'utf8');
  const clauses = new Map<string, string>();
  let open: { readonly keyword: string; readonly from: number } | null = null;
  const close = (end: number) => {
    if (open !== null && !clauses.has(open.keyword)) clauses.set(open.keyword, bytes.toString('utf8', open.from, end).trim());
  };
  for (const { word, start, end } of topLevel(parser, sql)) {
    if (!keywords.includes(word)) continue;
    close(start);
    open = { keyword: word, from: end };
  }
  close(bytes.length);
  return clauses;
}

/** The columns of a SET clause with the text of what they become; `(a, b) = …` and DEFAULT are left out. */
export function assignmentsOf(parser: Parser, set: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(set, 'utf8');
  const tokens = topLevel(parser, set);
  const commas = tokens.filter(({ word }) => word === ',');
  const ends = [...commas.map(({ start }) => start), bytes.length];
  const found = new Map<string, string>();
  let from = 0;
  for (const end of ends) {
    const equals = tokens.find(({ word, start }) => word === '=' && start >= from && start < end);
    if (equals !== undefined) {
      const column = bytes.toString('utf8', from, equals.start).trim();
      const value = bytes.toString('utf8', equals.end, end).trim();
      if (/^[\w"$]+$/.test(column) && !/^default$/i.test(value)) found.set(column.replaceAll('"', ''), value);
    }
    from = end + 1;
  }
  return found;
}

type Word = { readonly word: string; readonly start: number; readonly end: number };

/** Words outside parentheses; the FROM of IS DISTINCT FROM begins no clause. */
function topLevel(parser: Parser, sql: string): readonly Word[] {
  let depth = 0;
  let before = '';
  const words: Word[] = [];
  for (const { text, start, end } of parser.scan(sql)) {
    const word = text.toUpperCase();
    if (word === '(' || word === '[') depth += 1;
    if (word === ')' || word === ']') depth -= 1;
    if (depth === 0 && !(word === 'FROM' && before === 'DISTINCT')) words.push({ word, start, end });
    before = word;
  }
  return words;
}
