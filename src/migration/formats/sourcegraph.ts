import { parse } from 'yaml';
import type { Script } from '../../domain/plan.ts';
import { problemOf } from '../problem.ts';
import type { Arranged, Change, MigrationFormat, Misplaced } from './format.ts';
import { unplaced } from './paired.ts';

const PATTERN = /^(?<folder>(?<version>-?\d{1,20})(?:_(?<name>[^/]+))?)\/(?<file>up\.sql|down\.sql|validate\.sql|metadata\.yaml)$/;
const EXPECTED = '<id>_<name>/up.sql, down.sql and metadata.yaml';

type Folder = { readonly version: string; readonly name: string; readonly files: ReadonlyMap<string, Script> };
type Metadata = { readonly parents: readonly string[] };
type Node = Folder & Metadata;

/**
 * Sourcegraph's folders: up.sql, down.sql and a metadata.yaml that names the parents. A migration comes after all its parents;
 * among those that are ready the smallest id is first. Refuses a parent that is not there and parents in a circle.
 */
export const sourcegraphFormat: MigrationFormat = {
  name: 'sourcegraph',
  reads: (path) => path.endsWith('.sql') || path.endsWith('/metadata.yaml'),
  arrange,
};

function arrange(scripts: readonly Script[]): Arranged {
  const { folders, problems } = foldersOf(scripts);
  const nodes: Node[] = [];
  for (const folder of folders) {
    const metadata = metadataOf(folder);
    if ('message' in metadata) problems.push(metadata);
    else nodes.push({ ...folder, ...metadata });
  }
  for (const node of nodes) {
    const missing = node.parents.filter((parent) => !nodes.some(({ version }) => version === parent));
    const path = node.files.get('metadata.yaml')?.path ?? node.version;
    for (const parent of missing)
      problems.push({
        ...problemOf(path, `names the parent ${parent}, which is not there. Add it, or mend the parents.`),
        version: node.version,
      });
  }
  const ordered = inOrder(nodes);
  const circle = nodes.filter(
    (node) => !ordered.includes(node) && node.parents.every((parent) => nodes.some(({ version }) => version === parent)),
  );
  const [inCircle] = circle;
  if (problems.length === 0 && inCircle !== undefined)
    problems.push(
      problemOf(
        inCircle.files.get('metadata.yaml')?.path ?? inCircle.version,
        `its parents lead in a circle: ${circle.map(({ version }) => version).join(', ')}. Mend the parents.`,
      ),
    );
  return { changes: ordered.flatMap(changeOf), problems };
}

function foldersOf(scripts: readonly Script[]): { readonly folders: readonly Folder[]; readonly problems: Misplaced[] } {
  const problems: Misplaced[] = [];
  const folders = new Map<string, { version: string; name: string; files: Map<string, Script> }>();
  for (const script of scripts) {
    const groups = PATTERN.exec(script.path)?.groups;
    if (groups?.['version'] === undefined || groups['folder'] === undefined) {
      problems.push(unplaced(script.path, EXPECTED));
      continue;
    }
    const { version, name = version, folder } = groups;
    const twin = [...folders].find(([other, { version: taken }]) => taken === version && other !== folder);
    if (twin !== undefined)
      problems.push(problemOf(script.path, `id ${version} is already taken by ${twin[0]}. Give one of them another id.`));
    const entry = folders.get(folder) ?? { version, name, files: new Map<string, Script>() };
    entry.files.set(groups['file'] ?? '', script);
    folders.set(folder, entry);
  }
  return { folders: [...folders.values()], problems };
}

function metadataOf({ version, files }: Folder): Metadata | Misplaced {
  const file = files.get('metadata.yaml');
  const somewhere = file?.path ?? files.values().next().value?.path ?? version;
  if (files.get('up.sql') === undefined)
    return { ...problemOf(somewhere, 'there is no up.sql beside it. Add it, or remove the folder.'), version };
  if (file === undefined)
    return { ...problemOf(somewhere, 'there is no metadata.yaml beside it, so its parents are not known. Add it.'), version };
  try {
    const read: unknown = parse(file.text);
    const { parents, parent } = (read ?? {}) as { parents?: unknown; parent?: unknown };
    const list = Array.isArray(parents)
      ? parents
      : parents === undefined || parents === null
        ? [parent].filter((id) => id !== undefined)
        : null;
    if (list === null || !list.every((id) => typeof id === 'number' || typeof id === 'string'))
      return { ...problemOf(file.path, 'its parents are no list of ids. Write `parents: [1650000000]`.'), version };
    return { parents: list.map(String) };
  } catch (error) {
    return { ...problemOf(file.path, `cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`), version };
  }
}

/** Kahn's order with the smallest ready id first; what hangs on a missing or circular parent is left out. */
function inOrder(nodes: readonly Node[]): readonly Node[] {
  const waiting = [...nodes].sort((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1));
  const done = new Set<string>();
  const ordered: Node[] = [];
  for (;;) {
    const index = waiting.findIndex(({ parents }) => parents.every((parent) => done.has(parent)));
    const [next] = index === -1 ? [] : waiting.splice(index, 1);
    if (next === undefined) return ordered;
    done.add(next.version);
    ordered.push(next);
  }
}

function changeOf({ version, name, files, parents }: Node): readonly Change[] {
  const up = files.get('up.sql');
  if (up === undefined) return [];
  return [{ version, name, up, down: files.get('down.sql') ?? null, validate: files.get('validate.sql') ?? null, parents }];
}
