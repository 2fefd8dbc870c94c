import { byVersion, compareVersions } from '../domain/formats.ts';
import type { FileProblem } from '../ports.ts';
import type { Change } from './formats/format.ts';
import { problemOf } from './problem.ts';

type Applied = { readonly version: string; readonly name: string };

/**
 * Pending changes that something applied should have come after: they were merged late, or the files are of another branch. Nobody
 * rehearsed that order, so each is refused with both names. Repeatables have no place in the order; in a graph only a parent comes before.
 */
export function overtaken(changes: readonly Change[], applied: readonly Applied[]): readonly FileProblem[] {
  const row = byVersion(applied, ({ version }) => version);
  const isApplied = (change: Change) => row(change.version) !== undefined;
  const inOrder = changes.filter(({ repeatable }) => repeatable !== true);
  const lastApplied = inOrder.findLastIndex(isApplied);
  const known = byVersion(changes, ({ version }) => version);
  const gone = applied.filter(({ version }) => known(version) === undefined);
  return inOrder.flatMap((change, index) => {
    if (isApplied(change)) return [];
    const later =
      change.parents === undefined
        ? newestAfter(change, index < lastApplied ? inOrder[lastApplied] : undefined, gone)
        : descendant(change, inOrder, isApplied);
    if (later === null) return [];
    const message = `is older than ${later}, which is applied already: in this order nobody has tried them. Give it a version after that one, or remove it.`;
    return [problemOf(change.up.path, message)];
  });
}

/** What is applied after this one: in the files, or, when its file is gone, by its number. */
function newestAfter(change: Change, last: Change | undefined, gone: readonly Applied[]): string | null {
  if (last !== undefined) return last.up.path;
  const byNumber = gone.find((row) => compareVersions(row.version, change.version) === 1);
  return byNumber === undefined ? null : `${byNumber.version}_${byNumber.name}`;
}

/** An applied change that has this one among its ancestors. */
function descendant({ version }: Change, changes: readonly Change[], isApplied: (change: Change) => boolean): string | null {
  const below = new Set([version]);
  // Parents come before their children in the order of the files.
  for (const change of changes) {
    if (!change.parents?.some((parent) => below.has(parent))) continue;
    if (isApplied(change)) return change.up.path;
    below.add(change.version);
  }
  return null;
}
