import type { Script } from '../../domain/plan.ts';
import { problemAt } from '../problem.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { halfOf, marksOf, secondMark, strayBefore } from './halves.ts';
import { paired, unplaced, type Named } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})(?:_(?<name>[^/]*))?\.sql$/;
const MARK = /^--\s*migrate:(?<side>up|down)(?<words>\s.*)?$/;
const EXPECTED = '<version>_<name>.sql, e.g. 20240131120000_lead_index.sql';

/** dbmate: one file with `-- migrate:up` and `-- migrate:down`; `transaction:false` lets every statement commit by itself. */
export const dbmateFormat: MigrationFormat = { name: 'dbmate', arrange };

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) {
      problems.push(unplaced(script.path, EXPECTED));
      continue;
    }
    const { version, name = version } = groups;
    const read = sidesOf(script, { version, name: name === '' ? version : name });
    files.push(...read.files);
    problems.push(...read.problems.map((problem) => ({ ...problem, version })));
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}

function sidesOf(script: Script, as: { version: string; name: string }) {
  const marks = marksOf(script.text, MARK);
  const problems: Misplaced[] = [strayBefore(script, marks, '-- migrate:up'), secondMark(script, marks)].filter(
    (problem) => problem !== null,
  );
  for (const mark of marks) {
    const unknown = mark.words.split(/\s+/).find((word) => word !== '' && !/^transaction:(true|false)$/.test(word));
    if (unknown !== undefined)
      problems.push(problemAt(script, mark.offset, `has the option \`${unknown}\`, which is not known. Remove it.`));
  }
  const first = marks[0];
  if (first?.side === 'down')
    problems.push(problemAt(script, first.offset, 'migrate:down comes before migrate:up. Put the up part first.'));
  const each = marks.some(({ side, words }) => side === 'up' && words.includes('transaction:false'));
  const up = halfOf(script, marks, 'up');
  const down = halfOf(script, marks, 'down');
  const files: Named[] = [];
  if (up !== null) files.push({ ...as, script: up, part: 'up', ...(each ? { eachCommits: true as const } : {}) });
  if (down !== null && up !== null) files.push({ ...as, script: down, part: 'down' });
  return { files, problems };
}
