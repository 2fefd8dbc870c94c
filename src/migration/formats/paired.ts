import type { Script } from '../../domain/plan.ts';
import { problemOf } from '../problem.ts';
import type { Arranged, Change, Misplaced } from './format.ts';

export type Part = 'up' | 'down' | 'validate';

/** A file whose name says what it is. `version` is digits as they are written. */
export type Named = {
  readonly script: Script;
  readonly version: string;
  readonly name: string;
  readonly part: Part;
  readonly key?: string;
  readonly eachCommits?: true;
  readonly program?: true;
};

/**
 * Files that carry a number, put together by it and ordered by it: 2 comes before 10, and 7 is 0007. One number with one up, at
 * most one down and one validate. Refuses a number given twice (both changes are still answered, apart by their names, for a
 * history that has them already) and a down or validate without its up; a missing down is no mistake of the layout.
 */
export function paired(files: readonly Named[]): Arranged {
  const groups = new Map<bigint, Named[]>();
  for (const file of files) {
    const key = BigInt(file.version);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => arrangeGroup(group));
  return { changes: sorted.flatMap(({ changes }) => changes), problems: sorted.flatMap(({ problems }) => problems) };
}

function arrangeGroup(group: readonly Named[]): Arranged {
  const ups = group.filter(({ part }) => part === 'up').sort(byPath);
  const [first] = ups;
  if (first === undefined) return { changes: [], problems: group.map(withoutUp) };
  if (ups.length === 1) return arrangeOne(first, group);
  const version = (up: Named) => `${up.version}_${up.name}`;
  const apart = ups.map((up) =>
    arrangeOne(
      { ...up, version: version(up) },
      group.filter(({ name }) => name === up.name),
    ),
  );
  const lost = group.filter((file) => !ups.some((up) => up.name === file.name));
  const twice = ups.slice(1).flatMap((up): readonly Misplaced[] => {
    const problem = problemOf(
      up.script.path,
      `version ${BigInt(up.version)} is already taken by ${first.script.path}. Give one of them another number.`,
    );
    return [{ ...problem, version: version(up) }];
  });
  return {
    changes: apart.flatMap(({ changes }) => changes),
    problems: [...twice, ...apart.flatMap(({ problems }) => problems), ...lost.map(withoutUp)],
  };
}

function arrangeOne(up: Named, group: readonly Named[]): Arranged {
  const problems: Misplaced[] = [];
  const only = (part: Part): Script | null => {
    const [first, ...others] = group.filter((file) => file.part === part).sort(byPath);
    for (const other of others) {
      const message = `version ${up.version} has a second ${part} script; the first is ${first?.script.path}. Remove one of them.`;
      problems.push({ ...problemOf(other.script.path, message), version: up.version });
    }
    return first?.script ?? null;
  };
  const change: Change = {
    version: up.version,
    name: up.name,
    up: up.script,
    down: only('down'),
    validate: only('validate'),
    ...(up.key === undefined ? {} : { key: up.key }),
    ...(up.eachCommits === undefined ? {} : { eachCommits: up.eachCommits }),
    ...(up.program === undefined ? {} : { program: up.program }),
  };
  return { changes: [change], problems };
}

function withoutUp(file: Named): Misplaced {
  const message = `there is no up script of version ${file.version}. Add it, or remove this file.`;
  return { ...problemOf(file.script.path, message), version: file.version };
}

function byPath(a: Named, b: Named): number {
  return a.script.path < b.script.path ? -1 : 1;
}

/** The mistake of a file whose name says nothing to the layout. `expected` begins after `expected`. */
export function unplaced(path: string, expected: string): Misplaced {
  return problemOf(path, `cannot tell what this file is; expected ${expected}. Rename or remove it.`);
}

/** The mistake of a migration that is a program: nobody can say what it will do, and Offpeak runs SQL only. */
export function notSql(path: string, version: string): Misplaced {
  const message = 'is a program, and Offpeak runs only SQL. Write it as SQL, or apply it with its own tool before and adopt it.';
  return { ...problemOf(path, message), version };
}

/** A file's text in parts of paths: `down/0007_x.sql` → `down`, `0007_x.sql`. */
export function besideFolder(path: string): { readonly part: Part; readonly file: string } {
  const match = /^(?<folder>down|validate)\/(?<file>[^/]+)$/.exec(path);
  if (match?.groups === undefined) return { part: 'up', file: path };
  return { part: match.groups['folder'] as Part, file: match.groups['file'] ?? path };
}
