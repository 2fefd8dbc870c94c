import type { Script } from '../../domain/plan.ts';
import { problemAt } from '../problem.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { halfOf, marksOf, secondMark, strayBefore } from './halves.ts';
import { notSql, paired, unplaced, type Named } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})_(?<name>[^/]+)\.(?<kind>sql|go)$/;
const SIDE = /^\s*--\s*\+goose\s+(?<side>up|down)\b(?<words>.*)$/i;
const OTHER = /^[ \t]*--[ \t]*\+goose[ \t]+(?!up\b|down\b)(?<words>.*?)[ \t\r]*$/gim;
const EXPECTED = '<version>_<name>.sql, e.g. 20240131120000_lead_index.sql';

/**
 * goose: one file with `-- +goose Up` and `-- +goose Down`. `NO TRANSACTION` lets every statement commit by itself;
 * StatementBegin and StatementEnd need not be obeyed, because PostgreSQL's parser knows where a statement ends.
 * Refuses environment substitution (ENVSUB): what would run is not what is read.
 */
export const gooseFormat: MigrationFormat = {
  name: 'goose',
  reads: (path) => path.endsWith('.sql') || (path.endsWith('.go') && PATTERN.test(path) && !path.endsWith('_test.go')),
  arrange,
};

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined) problems.push(unplaced(script.path, EXPECTED));
    else if (groups['kind'] === 'go') {
      problems.push(notSql(script.path, groups['version']));
      files.push({ script, version: groups['version'], name: groups['name'] ?? '', part: 'up', program: true });
    } else {
      const { version } = groups;
      const read = sidesOf(script, { version, name: groups['name'] ?? '' });
      files.push(...read.files);
      problems.push(...read.problems.map((problem) => ({ ...problem, version })));
    }
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}

function sidesOf(script: Script, as: { version: string; name: string }) {
  const marks = marksOf(script.text, SIDE);
  const words = wordsOf(script);
  const problems = [strayBefore(script, marks, '-- +goose Up'), secondMark(script, marks), ...words.problems].filter(
    (problem) => problem !== null,
  );
  const first = marks[0];
  if (first?.side === 'down') problems.push(problemAt(script, first.offset, '+goose Down comes before +goose Up. Put the up part first.'));
  const up = halfOf(script, marks, 'up');
  const down = halfOf(script, marks, 'down');
  const files: Named[] = [];
  if (up !== null) files.push({ ...as, script: up, part: 'up', ...(words.each ? { eachCommits: true as const } : {}) });
  if (down !== null && up !== null) files.push({ ...as, script: down, part: 'down' });
  return { files, problems };
}

/** The annotations that are no side. `each` when the file says NO TRANSACTION. */
function wordsOf(script: Script): { readonly each: boolean; readonly problems: readonly Misplaced[] } {
  const problems: Misplaced[] = [];
  const say = (at: number, message: string) => void problems.push(problemAt(script, at, message));
  let each = false;
  let begun: number | null = null;
  for (const match of script.text.matchAll(OTHER)) {
    const { index } = match;
    switch ((match.groups?.['words'] ?? '').toUpperCase()) {
      case 'NO TRANSACTION':
        each = true;
        break;
      case 'STATEMENTBEGIN':
        if (begun !== null) say(index, 'a StatementBegin inside a statement that has begun already. Remove it.');
        begun = index;
        break;
      case 'STATEMENTEND':
        if (begun === null) say(index, 'a StatementEnd without its StatementBegin. Remove it, or add the other.');
        begun = null;
        break;
      case 'ENVSUB OFF':
        break;
      case 'ENVSUB ON':
        say(
          index,
          'puts variables of the environment into the SQL, so nobody could approve what will run. Write the values into the file.',
        );
        break;
      default:
        say(index, `the annotation \`+goose ${match.groups?.['words']}\` is not known. Remove it.`);
    }
  }
  if (begun !== null) say(begun, 'a StatementBegin without its StatementEnd. Add it behind the statement.');
  return { each, problems };
}
