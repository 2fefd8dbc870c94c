import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Migration, Script } from '../domain/plan.ts';
import type { FileProblem, MigrationSource, ReadMigrations } from '../ports.ts';
import { textOf } from './file-text.ts';
import type { MigrationFormat } from './formats/format.ts';
import { nativeFormat } from './formats/native.ts';
import type { Catalog } from './lint/lint.ts';
import { migrationOf } from './migration.ts';
import { parseFile } from './parse.ts';
import type { ParsedFile, Part } from './parse.ts';
import { loadParser } from './parser.ts';
import { problemOf } from './problem.ts';

export type MigrationSourceOptions = {
  readonly directory: string;
  /** Major version of the server the verdicts are for; asked at every read. */
  readonly serverMajor: () => Promise<number>;
  readonly format?: MigrationFormat;
  readonly catalog?: () => Promise<Catalog>;
};

/**
 * The migrations of a directory. Files are read afresh every time, because they may be edited between planning and
 * approval; a file whose bytes did not change is not parsed again. Refuses with every problem of every file, skips nothing.
 */
export function migrationSource(options: MigrationSourceOptions): MigrationSource {
  const { directory, format = nativeFormat } = options;
  let parsed = new Map<string, ParsedFile>();
  return {
    async read(): Promise<ReadMigrations> {
      const files = await readScripts(directory);
      const arranged = format.arrange(files.scripts);
      const problems = [...files.problems, ...arranged.problems];
      const [parser, serverMajor, catalog] = await Promise.all([loadParser(), options.serverMajor(), options.catalog?.()]);
      const seen = new Map<string, ParsedFile>();
      const parse = (script: { path: string; text: string }, part: Part): ParsedFile => {
        const key = `${part} ${script.path} ${sha256(script.text)}`;
        const file = parsed.get(key) ?? parseFile(parser, { ...script, part });
        seen.set(key, file);
        return file;
      };
      const migrations: Migration[] = [];
      for (const change of arranged.changes) {
        const read = migrationOf(change, { serverMajor, parse, ...(catalog === undefined ? {} : { catalog }) });
        if (read.ok) migrations.push(read.migration);
        else problems.push(...read.problems);
      }
      parsed = seen;
      return problems.length > 0 ? { ok: false, problems } : { ok: true, migrations };
    },
  };
}

/** Every `.sql` file below the directory in the order of its path, with the digest of its bytes. */
async function readScripts(directory: string): Promise<{ readonly scripts: readonly Script[]; readonly problems: readonly FileProblem[] }> {
  const scripts: Script[] = [];
  const problems: FileProblem[] = [];
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => !entry.isDirectory() && /\.sql$/i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths.sort()) {
      const name = relative(directory, path).replaceAll(sep, '/');
      const bytes = await readFile(path);
      const { text, problems: found } = textOf(name, bytes);
      problems.push(...found);
      scripts.push({ path: name, text, sha256: sha256(bytes) });
    }
  } catch (error) {
    problems.push(problemOf(directory, unreadable(error)));
  }
  return { scripts, problems };
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const path = error instanceof Error && 'path' in error ? ` (${String(error.path)})` : '';
  return `the migrations cannot be read: ${code}${path}. Nothing was planned; check the directory of migrations in the settings.`;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
