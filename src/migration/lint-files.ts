import { readFileSync } from 'node:fs';
import type { CatalogState } from '../domain/catalog.ts';
import type { LintAnswer } from '../domain/lint.ts';
import type { LintMemory } from './cache/memory.ts';
import { verdictKeys } from './cache/verdict-keys.ts';
import { checkedText, textOf } from './file-text.ts';
import type { LintableFile, LintedFile, On } from './lint-text.ts';
import { loadParser } from './parser.ts';
import { problemOf } from './problem.ts';

/**
 * The verdict on every statement of these files, in the order given: each file sees what those before it left behind.
 * Nothing is refused that can be read; what a plan would refuse is a hazard of its statement. Connects nowhere. With a memory, a
 * file that did not change, after files that did not change, is not judged again, and no text is parsed twice.
 */
export async function lintFiles(files: readonly string[], on: On, memory: LintMemory | null = null): Promise<LintAnswer> {
  const read = files.map(readText);
  const readable = read.filter(({ problems }) => problems.length === 0);
  const keys = memory === null ? [] : verdictKeys(readable, on);
  const known = readable.map((_, index) => recalled(memory?.verdicts.get(keys[index] ?? '')));
  const lastUnknown = known.lastIndexOf(null);
  const linter = lastUnknown === -1 ? null : await loadLinter(memory);
  let { catalog } = on;
  const linted = readable.map((file, index): LintedFile => {
    const before = known[index] ?? null;
    if (before !== null) {
      if (catalog !== undefined && index < lastUnknown) catalog = linter?.catalogAfter(file, catalog);
      return before;
    }
    if (linter === null) throw new Error('A file without a verdict and nobody to judge it.');
    const { statements, problems, catalog: after } = linter.lint(file, { serverMajor: on.serverMajor, ...inCatalog(catalog) });
    catalog = after;
    memory?.verdicts.set(keys[index] ?? '', JSON.stringify({ statements, problems } satisfies LintedFile));
    return { statements, problems };
  });
  let next = 0;
  return {
    statements: linted.flatMap(({ statements }) => statements),
    problems: read.flatMap(({ problems }) => (problems.length > 0 ? problems : (linted[next++]?.problems ?? []))),
    serverMajor: on.serverMajor,
    live: on.catalog !== undefined,
  };
}

/** Loads all that judges: for files whose verdicts are known nothing of it is needed. */
export async function loadLinter(memory: LintMemory | null = null) {
  const [loaded, { catalogAfter, lintText }, { rememberingParser }] = await Promise.all([
    loadParser(),
    import('./lint-text.ts'),
    import('./cache/remembering-parser.ts'),
  ]);
  const parser = memory === null ? loaded : rememberingParser(loaded, memory.parses);
  return {
    lint: (file: LintableFile, on: On) => lintText(parser, file, on),
    catalogAfter: (file: LintableFile, catalog: CatalogState) => catalogAfter(parser, file, catalog),
  };
}

const inCatalog = (catalog: CatalogState | undefined) => (catalog === undefined ? {} : { catalog });

/** A verdict as it was kept; null when there is none, or none that can be read. */
function recalled(kept: string | undefined): LintedFile | null {
  if (kept === undefined) return null;
  try {
    return JSON.parse(kept) as LintedFile;
  } catch {
    return null;
  }
}

/** Read as text at once, which Node.js does in half the time. What is no UTF-8 shows by a character that is put in its place. */
function textAt(path: string) {
  const text = readFileSync(path, 'utf8');
  return text.includes('\ufffd') || text.startsWith('\ufeff') ? textOf(path, readFileSync(path)) : checkedText(path, text);
}

/** Synchronously: a thousand small files are read in a twentieth of the time the event loop would take. */
function readText(path: string): LintableFile & { readonly problems: readonly string[] } {
  try {
    const { text, problems } = textAt(path);
    return { path, text, problems: problems.map(({ message }) => message) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const advice = code === 'EISDIR' ? 'it is a folder; name its files, e.g. folder/*.up.sql' : `it cannot be read (${code})`;
    return { path, text: '', problems: [problemOf(path, advice).message] };
  }
}
