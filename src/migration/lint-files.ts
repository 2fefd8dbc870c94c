import { readFileSync } from 'node:fs';
import type { CatalogState } from '../domain/catalog.ts';
import type { LintAnswer } from '../domain/lint.ts';
import type { LintMemory } from './cache/memory.ts';
import type { Store } from './cache/store.ts';
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
  const known = readable.map((_, index) => recalled(memory?.verdicts, keys[index]) as LintedFile | null);
  const [firstUnknown, lastUnknown] = [known.indexOf(null), known.lastIndexOf(null)];
  const linter = lastUnknown === -1 ? null : await loadLinter(memory);
  // The schema as an earlier run left it before the first file to judge; else every file before it is gone through again.
  const start = on.catalog === undefined ? null : (recalled(memory?.schemas, keys[firstUnknown - 1]) as CatalogState | null);
  const from = start === null ? 0 : firstUnknown;
  let catalog = start ?? on.catalog;
  const linted = readable.map((file, index): LintedFile => {
    const before = known[index] ?? null;
    const key = keys[index] ?? '';
    const judged = before === null ? judgedBy(linter, file, { serverMajor: on.serverMajor, ...inCatalog(catalog) }) : null;
    if (judged !== null) {
      const { statements, problems } = judged;
      catalog = judged.catalog;
      memory?.verdicts.set(key, JSON.stringify({ statements, problems } satisfies LintedFile));
    } else if (catalog !== undefined && index >= from && index < lastUnknown) catalog = linter?.catalogAfter(file, catalog);
    if (catalog !== undefined && index >= from && index >= readable.length - 2 && index <= lastUnknown)
      memory?.schemas.set(key, JSON.stringify(catalog));
    return judged ?? before ?? NOTHING;
  });
  let next = 0;
  return {
    statements: linted.flatMap(({ statements }) => statements),
    problems: read.flatMap(({ problems }) => (problems.length > 0 ? problems : (linted[next++]?.problems ?? []))),
    serverMajor: on.serverMajor,
    live: on.catalog !== undefined,
  };
}

type Linter = Awaited<ReturnType<typeof loadLinter>>;

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

const NOTHING: LintedFile = { statements: [], problems: [] };

function judgedBy(linter: Linter | null, file: LintableFile, on: On) {
  if (linter === null) throw new Error(`There is no verdict on ${file.path} and nobody to judge it.`);
  return linter.lint(file, on);
}

/** What was kept under this key; null when there is nothing, or nothing that can be read. */
function recalled(store: Store | undefined, key: string | undefined): unknown {
  const kept = key === undefined ? undefined : store?.get(key);
  if (kept === undefined) return null;
  try {
    return JSON.parse(kept);
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
