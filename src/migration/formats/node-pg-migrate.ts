import type { Script } from '../../domain/plan.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { halfOf, marksOf, secondMark } from './halves.ts';
import { notSql, paired, unplaced, type Named } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})[-_](?<name>[^/]+?)\.(?<kind>sql|[cm]?[jt]s)$/;
const MARK = /^\s*--[\s-]*(?<side>up|down)\s+migration(?<words>.*)$/i;
const EXPECTED = '<timestamp>_<name>.sql, e.g. 1700000000000_lead-index.sql';

/** A file without `-- Up Migration` is up from its first line. */
const FROM_THE_START = { line: 0, offset: 0, side: 'up', words: '' } as const;

/** node-pg-migrate's SQL files: `-- Up Migration` and `-- Down Migration` in one file; without either, all of it is up. */
export const nodePgMigrateFormat: MigrationFormat = {
  name: 'node-pg-migrate',
  reads: (path) => path.endsWith('.sql') || (PATTERN.test(path) && !path.endsWith('.d.ts')),
  arrange,
};

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) problems.push(unplaced(script.path, EXPECTED));
    else if (groups['kind'] !== 'sql') {
      problems.push(notSql(script.path, groups['version']));
      const key = script.path.replace(/\.\w+$/, '');
      files.push({ script, version: groups['version'], name: groups['name'] ?? '', part: 'up', key, program: true });
    } else {
      const marks = marksOf(script.text, MARK);
      const second = secondMark(script, marks);
      if (second !== null) problems.push({ ...second, version: groups['version'] });
      const as = { version: groups['version'], name: groups['name'] ?? '', key: script.path.replace(/\.sql$/, '') };
      const down = halfOf(script, marks, 'down');
      const up = marks.some(({ side }) => side === 'up') ? halfOf(script, marks, 'up') : halfOf(script, [FROM_THE_START, ...marks], 'up');
      if (up !== null) files.push({ ...as, script: up, part: 'up' });
      if (down !== null) files.push({ ...as, script: down, part: 'down' });
    }
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}
