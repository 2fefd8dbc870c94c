import { createHash } from 'node:crypto';
import type { Script } from '../../domain/plan.ts';
import { problemAt } from '../problem.ts';
import type { Misplaced } from './format.ts';

/** A line of a file that is an annotation (0: what stands before all lines): which side begins there, and its words behind the name. */
type Mark = { readonly line: number; readonly offset: number; readonly side: 'up' | 'down'; readonly words: string };

/** Finds the annotations of a file with a pattern of one whole line; groups `side` and `words`. */
export function marksOf(text: string, pattern: RegExp): readonly Mark[] {
  const marks: Mark[] = [];
  let offset = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const groups = pattern.exec(line.replace(/\r$/, ''))?.groups;
    if (groups?.['side'] !== undefined) {
      const side = groups['side'].toLowerCase() === 'up' ? 'up' : 'down';
      marks.push({ line: index + 1, offset, side, words: (groups['words'] ?? '').trim() });
    }
    offset += line.length + 1;
  }
  return marks;
}

/**
 * One side of a file that holds both: every line of the other side is blank, so that lines stay right, and the digest is over
 * this side alone: a mended down is no edited up. Null when the file has no such side.
 */
export function halfOf(script: Script, marks: readonly Mark[], side: 'up' | 'down'): Script | null {
  if (!marks.some((mark) => mark.side === side)) return null;
  let current: 'up' | 'down' | null = marks.find(({ line }) => line === 0)?.side ?? null;
  const lines = script.text.split('\n').map((line, index) => {
    const mark = marks.find((candidate) => candidate.line === index + 1);
    if (mark !== undefined) current = mark.side;
    return mark === undefined && current === side ? line : '';
  });
  const text = lines.join('\n').trimEnd();
  return { path: script.path, text, sha256: createHash('sha256').update(text.trim()).digest('hex') };
}

/** SQL that stands before the first annotation, which the tool would not run; null when there is none. */
export function strayBefore(script: Script, marks: readonly Mark[], expected: string): Misplaced | null {
  const head = script.text.slice(0, marks[0]?.offset ?? script.text.length);
  const bare = head.replace(/^[ \t]*--.*$|\/\*[\s\S]*?\*\//gm, (comment) => ' '.repeat(comment.length));
  const at = bare.search(/\S/);
  if (marks.length === 0) return problemAt(script, 0, `has no line \`${expected}\`. Add it above what is to be run.`);
  return at === -1 ? null : problemAt(script, at, `stands before the line \`${expected}\`, where nothing is run. Move it below that line.`);
}

/** The second annotation of the same side, which the tool would not understand; null when each is there once. */
export function secondMark(script: Script, marks: readonly Mark[]): Misplaced | null {
  const second = marks.find((mark, index) => marks.findIndex(({ side }) => side === mark.side) !== index);
  if (second === undefined) return null;
  return problemAt(script, second.offset, `a second ${second.side} part in one file. Put its statements under the first.`);
}
