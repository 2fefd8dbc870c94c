import { Buffer } from 'node:buffer';
import type { FileProblem } from '../ports.ts';
import { lineCounter, offsetOfCharacter, problemAt, problemOf } from './problem.ts';
import { syntaxProblemOf } from './parser.ts';
import type { Node, Parser, SyntaxProblem } from './parser.ts';
import { leadLength } from './trivia.ts';

/** One statement of a file. Offsets are UTF-16 units into the file's text; `from` is its first word, `lead` where the statement before it ended. */
export type ParsedStatement = {
  readonly sql: string;
  readonly node: Node;
  readonly line: number;
  readonly lead: number;
  readonly from: number;
  readonly to: number;
};

type Split =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[]; readonly tail: number }
  | { readonly ok: false; readonly problem: FileProblem };

/**
 * Cuts a file into statements where PostgreSQL's parser says they end. Its offsets are bytes, so the cutting is done on
 * bytes: `substr` would shift after the first `é`. Empty and comments-only files have no statement, which is fine.
 * Refuses what PostgreSQL cannot read, with line and caret; psql commands and COPY data with what to do instead.
 */
export function splitStatements(parser: Parser, file: { path: string; text: string }): Split {
  const { text } = file;
  if (text.trim() === '') return { ok: true, statements: [], tail: 0 };
  try {
    const bytes = Buffer.from(text, 'utf8');
    const statements: ParsedStatement[] = [];
    const cursor = { byte: 0, unit: 0 };
    const lineOf = lineCounter(text);
    const unitOf = (byte: number) => {
      cursor.unit += bytes.toString('utf8', cursor.byte, byte).length;
      cursor.byte = byte;
      return cursor.unit;
    };
    for (const { stmt, stmt_location: location = 0, stmt_len: length } of parser.parse(text).stmts ?? []) {
      if (stmt === undefined) continue;
      const start = unitOf(location);
      const end = unitOf(length === undefined || length === 0 ? bytes.length : location + length);
      const from = start + leadLength(text.slice(start, end));
      const sql = text.slice(from, end).replace(/[ \t\n\r\f\v]+$/, '');
      statements.push({ sql, node: stmt, line: lineOf(from), lead: statements.at(-1)?.to ?? 0, from, to: from + sql.length });
    }
    return { ok: true, statements, tail: statements.at(-1)?.to ?? 0 };
  } catch (error) {
    return { ok: false, problem: unreadable(parser, file, syntaxProblemOf(error)) };
  }
}

function unreadable(parser: Parser, file: { path: string; text: string }, problem: SyntaxProblem): FileProblem {
  if (problem.position === null) return problemOf(file.path, `PostgreSQL's parser cannot read this file: ${problem.message}.`);
  const offset = offsetOfCharacter(file.text, problem.position);
  const copy = copyBefore(parser, file.text.slice(0, offset));
  if (copy !== null) return problemAt(file, copy, COPY_FROM_STDIN);
  if (file.text.charAt(offset) === '\\') return problemAt(file, offset, PSQL_COMMAND);
  return problemAt(file, offset, `${problem.message}. Nothing was run; mend the file and plan again.`);
}

const PSQL_COMMAND =
  'a psql command. Files are never run through psql, so that they cannot reach the shell or other files. Write it as SQL; put what \\i includes into this file.';

/** Also for a COPY that parses because its data is missing. */
export const COPY_FROM_STDIN =
  'COPY … FROM stdin needs data that only psql can send. Write the rows as INSERT … VALUES, or load them outside the migration.';

/** Where the COPY … FROM stdin stands whose data the parser stumbled over; null when it stumbled over something else. */
function copyBefore(parser: Parser, read: string): number | null {
  const end = read.lastIndexOf(';');
  if (end === -1) return null;
  try {
    const last = parser.parse(read.slice(0, end + 1)).stmts?.at(-1);
    if (last?.stmt === undefined || !('CopyStmt' in last.stmt)) return null;
    const { is_from: isFrom, filename } = last.stmt.CopyStmt;
    if (isFrom !== true || filename !== undefined) return null;
    const lead = Buffer.from(read, 'utf8').toString('utf8', 0, last.stmt_location ?? 0).length;
    return lead + leadLength(read.slice(lead));
  } catch {
    return null;
  }
}
