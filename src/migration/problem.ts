import type { FileProblem } from '../ports.ts';

/** How much of a long line is shown on either side of the mistake. */
const AROUND = 70;

/** 1-based line of a UTF-16 offset. */
function lineAt(text: string, offset: number): number {
  return lineCounter(text)(offset);
}

/** Answers 1-based lines of offsets that only grow, reading the text once. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let at = text.indexOf('\n');
  return (offset) => {
    for (; at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
    return line;
  };
}

/** UTF-16 offset of a character counted in code points, as PostgreSQL counts. */
export function offsetOfCharacter(text: string, characters: number): number {
  let offset = 0;
  for (let seen = 0; seen < characters && offset < text.length; seen += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/**
 * A mistake in a file, for the person who has to mend it: file, line, the line itself with a caret under the column, and
 * what to do. `offset` is UTF-16 units from the start of `text`.
 */
export function problemAt(file: { path: string; text: string }, offset: number, message: string): FileProblem {
  const { path, text } = file;
  const line = lineAt(text, offset);
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  const whole = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, '');
  const column = Math.min(offset - start, whole.length);
  return { path, line, message: `${path} line ${line}: ${message}\n${excerpt(whole, column, line)}` };
}

/** A mistake of a file as a whole, or of a directory. */
export function problemOf(path: string, message: string): FileProblem {
  return { path, line: null, message: `${path}: ${message}` };
}

function excerpt(whole: string, column: number, line: number): string {
  const from = Math.max(0, column - AROUND);
  const shown = whole.slice(from, column + AROUND);
  const gutter = `  ${line} | ${from > 0 ? '…' : ''}`;
  const margin = `${' '.repeat(String(line).length + 2)} | ${from > 0 ? ' ' : ''}`;
  // Tabs stay tabs and a pair of surrogates is one column, or the caret would stand beside the mistake.
  const before = shown
    .slice(0, column - from)
    .replace(/[\ud800-\udbff][\udc00-\udfff]/g, ' ')
    .replace(/[^\t]/g, ' ');
  return `${gutter}${visible(shown)}${from + shown.length < whole.length ? '…' : ''}\n${margin}${before}^`;
}

/** Control and direction characters as spaces: they must not rearrange the terminal or the card. */
function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '·');
}
