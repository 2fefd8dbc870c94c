import type { DatabaseError } from 'pg';

/** Where a statement stands: the file it came from and the 1-based line on which it begins. */
export type StatementPlace = { readonly path: string; readonly line: number; readonly sql: string };

/**
 * A failed statement as the operator reads it: SQLSTATE and PostgreSQL's sentence, file and line, the line itself with a caret.
 * DETAIL is left out because it quotes rows (F41); constraint and table are named instead.
 */
export function sqlErrorMessage(error: DatabaseError, place: StatementPlace): string {
  const about = [error.table && `table ${error.table}`, error.constraint && `constraint ${error.constraint}`].filter(Boolean).join(', ');
  const head = `${error.code ?? 'error'}: ${error.message}${about === '' ? '' : ` (${about})`}`;
  const offset = error.position === undefined ? 0 : Number(error.position);
  if (offset < 1) return `${head}\n  in ${place.path} line ${place.line}\n${excerpt(place.sql.split('\n')[0] ?? '', place.line, null)}`;

  // PostgreSQL counts characters, JavaScript UTF-16 units: an emoji before the error would move the caret.
  const before = Array.from(place.sql)
    .slice(0, offset - 1)
    .join('');
  const line = before.split('\n').length - 1;
  const column = Array.from(before.split('\n').at(-1) ?? '').length;
  return `${head}\n  in ${place.path} line ${place.line + line}\n${excerpt(place.sql.split('\n')[line] ?? '', place.line + line, column)}`;
}

/** One source line with its number, and a caret under `column`; long lines are cut around it. */
function excerpt(text: string, line: number, column: number | null): string {
  const characters = Array.from(text);
  const from = column !== null && column > 90 ? column - 60 : 0;
  const shown = characters.slice(from, from + 120).join('');
  const gutter = `  ${line} | `;
  const source = `${gutter}${shown}`;
  if (column === null) return source;
  // Tabs are repeated so that the caret stands right at any tab width.
  const indent = characters
    .slice(from, column)
    .map((character) => (character === '\t' ? '\t' : ' '))
    .join('');
  return `${source}\n${' '.repeat(gutter.length - 2)}| ${indent}^`;
}
