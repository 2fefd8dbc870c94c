import type { Script } from '../../domain/plan.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { halfOf, marksOf, strayBefore } from './halves.ts';
import { paired, unplaced, type Named } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})(?:[-_](?<name>[^/]*))?\.sql$/;
const MARK = /^\s*--\s*\+migrate\s+(?<side>up|down)\b(?<words>.*)$/i;
const EXPECTED = '<version>.sql or <version>_<name>.sql, e.g. 1700000000_lead_index.sql';

/**
 * sql-migrate (rubenv): one file with `-- +migrate Up` and `-- +migrate Down`, each as often as wanted; `notransaction` lets every
 * statement commit by itself. Its history names the file.
 */
export const sqlMigrateFormat: MigrationFormat = { name: 'sql-migrate', arrange };

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) {
      problems.push(unplaced(script.path, EXPECTED));
      continue;
    }
    const { version, name = '' } = groups;
    const marks = marksOf(script.text, MARK);
    const stray = strayBefore(script, marks, '-- +migrate Up');
    if (stray !== null) problems.push({ ...stray, version });
    const as = { version, name: name === '' ? version : name, key: script.path };
    const each = marks.some(({ side, words }) => side === 'up' && /\bnotransaction\b/i.test(words));
    const up = halfOf(script, marks, 'up');
    const down = halfOf(script, marks, 'down');
    if (up !== null) files.push({ ...as, script: up, part: 'up', ...(each ? { eachCommits: true as const } : {}) });
    if (down !== null && up !== null) files.push({ ...as, script: down, part: 'down' });
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}
