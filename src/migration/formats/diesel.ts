import type { Script } from '../../domain/plan.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { paired, unplaced, type Named, type Part } from './paired.ts';

const PATTERN = /^(?<folder>(?<version>\d[\d-]{0,30})_(?<name>[^/]+))\/(?<file>up\.sql|down\.sql|validate\.sql|metadata\.toml)$/;
const EXPECTED = '<version>_<name>/up.sql and down.sql, e.g. 2024-01-31-120000_lead_index/up.sql';

/** Diesel: a folder for each migration with up.sql and down.sql; `run_in_transaction = false` in metadata.toml lets every statement commit by itself. */
export const dieselFormat: MigrationFormat = {
  name: 'diesel',
  // Diesel looks into folders only.
  reads: (path) => /\/(.*\.sql|metadata\.toml)$/.test(path),
  arrange,
  before:
    'CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)',
};

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  const each = new Set(scripts.filter(({ path, text }) => path.endsWith('/metadata.toml') && OUTSIDE.test(text)).map(folderOf));
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) problems.push(unplaced(script.path, EXPECTED));
    else if (groups['file'] !== 'metadata.toml') {
      const part = (groups['file'] ?? '').replace('.sql', '') as Part;
      // Diesel's history has the version without its dashes, and orders by that.
      const version = groups['version'].replaceAll('-', '');
      const alone = part === 'up' && each.has(folderOf(script));
      files.push({ script, version, name: groups['name'] ?? '', part, ...(alone ? { eachCommits: true as const } : {}) });
    }
  }
  const arranged = paired(files);
  // As text: releases differ in how many digits a version has, and numbers would put the longer ones last.
  const changes = arranged.changes.toSorted((a, b) => (a.version < b.version ? -1 : 1));
  return { changes, problems: [...problems, ...arranged.problems] };
}

const OUTSIDE = /^\s*run_in_transaction\s*=\s*false\b/m;

function folderOf({ path }: Script): string {
  return path.slice(0, path.indexOf('/'));
}
