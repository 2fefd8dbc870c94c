import type { FileProblem } from '../ports.ts';
import { problemAt, problemOf } from './problem.ts';

/** The characters of a migration file, and what is wrong with them. */
type FileText = { readonly text: string; readonly problems: readonly FileProblem[] };

/** Direction controls that show a reviewer other SQL than the server runs (Trojan Source), and characters nobody can see. */
const DECEIVING = /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]/gu;

/**
 * Bytes to text. A byte order mark is dropped and CRLF kept. Refuses what a reviewer cannot see or a server would cut:
 * NUL, invalid UTF-8, direction controls and invisible characters (reliability N23), with line and column.
 */
export function textOf(path: string, bytes: Uint8Array): FileText {
  const text = decode(bytes);
  return text === null ? { text: '', problems: [invalidUtf8(path, bytes)] } : checkedText(path, text);
}

/** The same for bytes that were UTF-8 without a byte order mark. */
export function checkedText(path: string, text: string): FileText {
  const problems: FileProblem[] = [];
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    problems.push(
      problemAt(
        { path, text },
        nul,
        'a NUL byte. PostgreSQL would read the file only up to here. Remove it; a UTF-16 file has to be saved as UTF-8.',
      ),
    );
  }
  for (const match of text.matchAll(DECEIVING)) {
    const code = `U+${(match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    problems.push(
      problemAt(
        { path, text },
        match.index,
        `the invisible character ${code}, which can make a line read otherwise than it runs. Remove it, or write it as an escape: U&'\\${code.slice(2)}'.`,
      ),
    );
  }
  return { text, problems };
}

function decode(bytes: Uint8Array): string | null {
  try {
    // Without ignoreBOM the decoder drops a leading byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function invalidUtf8(path: string, bytes: Uint8Array): FileProblem {
  const lossy = new TextDecoder('utf-8').decode(bytes);
  const broken = lossy.indexOf('\ufffd');
  const advice = 'Save the file as UTF-8.';
  if (broken === -1) return problemOf(path, `the file is not valid UTF-8. ${advice}`);
  return problemAt({ path, text: lossy }, broken, `bytes that are not valid UTF-8. ${advice}`);
}
