import type { Script } from '../../domain/plan.ts';
import { problemOf } from '../problem.ts';
import type { Arranged, Change, Misplaced, MigrationFormat } from './format.ts';

type Part = 'up' | 'down' | 'validate';
type Named = { readonly script: Script; readonly version: string; readonly name: string; readonly part: Part };

const PATTERN = /^(?<version>\d{1,30})_(?<name>[^/]+)\.(?<part>up|down|validate)\.sql$/;
const EXPECTED = 'expected <version>_<name>.up.sql, .down.sql or .validate.sql, e.g. 0007_lead_index.up.sql';

/** `<version>_<name>.up.sql`, `.down.sql`, `.validate.sql` in one flat directory. Versions are numbers: 2 comes before 10, and 7 is 0007. */
export const nativeFormat: MigrationFormat = { name: 'native', arrange };

function arrange(scripts: readonly Script[]): Arranged {
  const problems: Misplaced[] = [];
  const groups = new Map<bigint, Named[]>();
  for (const script of scripts) {
    const named = nameOf(script);
    if (named === null) {
      problems.push(unplaced(script.path));
      continue;
    }
    const key = BigInt(named.version);
    groups.set(key, [...(groups.get(key) ?? []), named]);
  }
  const changes: Change[] = [];
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = problemsOfGroup(group);
    const change = changeOf(group);
    if (found.length > 0 || change === null) problems.push(...found);
    else changes.push(change);
  }
  return { changes, problems };
}

function nameOf(script: Script): Named | null {
  const groups = PATTERN.exec(script.path)?.groups;
  if (groups?.['version'] === undefined || groups['name'] === undefined) return null;
  return { script, version: groups['version'], name: groups['name'], part: groups['part'] as Part };
}

function unplaced(path: string): Misplaced {
  if (path.includes('/'))
    return problemOf(path, `a migration in a folder is not read; ${EXPECTED}, directly in the directory. Move or remove it.`);
  return problemOf(path, `cannot tell what this file is; ${EXPECTED}. Rename or remove it.`);
}

function changeOf(group: readonly Named[]): Change | null {
  const script = (part: Part) => group.find((named) => named.part === part);
  const up = script('up');
  if (up === undefined) return null;
  return {
    version: up.version,
    name: up.name,
    up: up.script,
    down: script('down')?.script ?? null,
    validate: script('validate')?.script ?? null,
  };
}

function problemsOfGroup(group: readonly Named[]): readonly Misplaced[] {
  const problems: Misplaced[] = [];
  for (const part of ['up', 'down', 'validate'] as const) {
    const [first, ...others] = group.filter((named) => named.part === part);
    for (const other of others) {
      problems.push(
        problemOf(
          other.script.path,
          `version ${BigInt(other.version)} is already taken by ${first?.script.path}. Give one of them another number.`,
        ),
      );
    }
  }
  const up = group.find((named) => named.part === 'up');
  for (const named of group) {
    if (up === undefined) {
      problems.push(
        problemOf(
          named.script.path,
          `there is no up script of version ${named.version}. Add ${named.version}_${named.name}.up.sql, or remove this file.`,
        ),
      );
    } else if (named.part !== 'up' && named.name !== up.name) {
      const wanted = `${up.version}_${up.name}.${named.part}.sql`;
      problems.push(
        problemOf(
          named.script.path,
          `has the version of ${up.script.path} but another name. Rename it to ${wanted}, or give it its own version.`,
        ),
      );
    }
  }
  return problems;
}
