import type { Script } from '../../domain/plan.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { notSql, paired, unplaced, type Named, type Part } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})_(?<name>[^/]*)\.(?<part>up|down|validate)\.(?<kind>sql|go)$/;
const EXPECTED = '<version>_<title>.up.sql or .down.sql, e.g. 000007_lead_index.up.sql';

/** golang-migrate: `000001_title.up.sql` and `.down.sql` in one folder, numbers in sequence or timestamps. A `.validate.sql` beside them is ours. */
export const golangMigrateFormat: MigrationFormat = {
  name: 'golang-migrate',
  reads: (path) => /\.(sql|go)$/.test(path) && !isPlainGo(path),
  arrange,
};

/** The Go file that embeds the folder, which is no migration. */
function isPlainGo(path: string): boolean {
  return path.endsWith('.go') && !PATTERN.test(path);
}

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) problems.push(unplaced(script.path, EXPECTED));
    else {
      const named = { script, version: groups['version'], name: groups['name'] ?? '', part: groups['part'] as Part };
      if (groups['kind'] === 'go') problems.push(notSql(script.path, named.version));
      if (groups['kind'] === 'sql') files.push(named);
      else if (named.part === 'up') files.push({ ...named, program: true });
    }
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}
