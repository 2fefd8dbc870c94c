/** Rows as lines with aligned columns, two spaces apart; nothing but text, so that it reads the same in a pipe. A cell of several lines goes on below itself. */
export function table(cells: readonly (readonly string[])[], indent = ''): string {
  const rows = cells.flatMap(linesOf);
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => width(row[column] ?? ''))));
  return rows
    .map((row) => `${indent}${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ')}`.trimEnd())
    .join('\n');
}

/** A caret under a line of SQL must stay under it, so each line of a cell is a row of its own. */
function linesOf(row: readonly string[]): readonly (readonly string[])[] {
  const cells = row.map((cell) => cell.split('\n'));
  return Array.from({ length: Math.max(1, ...cells.map((lines) => lines.length)) }, (_, line) => cells.map((lines) => lines[line] ?? ''));
}

function width(text: string): number {
  return Array.from(text).length;
}
