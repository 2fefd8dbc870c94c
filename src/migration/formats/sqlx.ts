import { createHash } from 'node:crypto';
import type { Script } from '../../domain/plan.ts';
import { problemOf } from '../problem.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { besideFolder, paired, unplaced, type Named, type Part } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})_(?<name>[^/]+?)(?:\.(?<part>up|down))?\.sql$/;
const EXPECTED = '<version>_<name>.up.sql and .down.sql, or <version>_<name>.sql';

/**
 * sqlx: `<version>_<name>.sql` (simple) or `.up.sql` and `.down.sql` (reversible). A file that begins with `-- no-transaction` commits
 * each statement by itself. For a simple one the way back lies beside it as `down/<version>_<name>.sql`.
 */
export const sqlxFormat: MigrationFormat = {
  name: 'sqlx',
  arrange,
  checksums: (bytes) => [createHash('sha384').update(bytes).digest('hex')],
};

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  const kinds = new Map<string, boolean>();
  for (const script of scripts) {
    const beside = besideFolder(script.path);
    const groups = PATTERN.exec(beside.file)?.groups;
    if (groups?.['version'] === undefined || (beside.part !== 'up' && groups['part'] !== undefined)) {
      problems.push(unplaced(script.path, EXPECTED));
      continue;
    }
    const { version, name = '' } = groups;
    const reversible = groups['part'] !== undefined;
    const key = String(BigInt(version));
    if (beside.part === 'up' && kinds.get(key) === !reversible) problems.push(mixed(script, version));
    if (beside.part === 'up') kinds.set(key, reversible);
    const part = beside.part === 'up' ? ((groups['part'] ?? 'up') as Part) : beside.part;
    const each = part === 'up' && script.text.startsWith('-- no-transaction');
    files.push({ script, version, name, part, ...(each ? { eachCommits: true as const } : {}) });
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}

function mixed(script: Script, version: string): Misplaced {
  const message = `version ${version} is there both as a simple and as a reversible migration. Keep one of the two.`;
  return { ...problemOf(script.path, message), version };
}
