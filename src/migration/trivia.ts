/** A comment, `--` or block, with where it starts. */
export type Comment = { readonly text: string; readonly offset: number };

/** Every comment among the blanks, semicolons and comments of `text` from `from` to `to`. Block comments nest, as PostgreSQL's do. */
export function commentsBetween(text: string, from: number, to: number): readonly Comment[] {
  const comments: Comment[] = [];
  for (let at = from; at < to;) {
    const end = commentEnd(text, at, to);
    if (end !== null) comments.push({ text: text.slice(at, end).trimEnd(), offset: at });
    at = end ?? at + 1;
  }
  return comments;
}

/** Length of the blanks, comments and empty statements a text begins with. */
export function leadLength(text: string): number {
  for (let at = 0; at < text.length;) {
    const end = commentEnd(text, at, text.length);
    if (end === null && !/[ \t\n\r\f\v;]/.test(text.charAt(at))) return at;
    at = end ?? at + 1;
  }
  return text.length;
}

function commentEnd(text: string, at: number, to: number): number | null {
  if (text.startsWith('--', at)) {
    const length = text.slice(at, to).search(/[\n\r]/);
    return length === -1 ? to : at + length;
  }
  if (!text.startsWith('/*', at)) return null;
  let depth = 0;
  for (const match of text.slice(at, to).matchAll(/\/\*|\*\//g)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return at + match.index + 2;
  }
  return to;
}
