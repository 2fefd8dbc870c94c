import { relationOf } from '../names.ts';
import { namedOnly } from '../walk.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, type Judges } from './effect.ts';
import { family, ownedSequences } from './reach.ts';

/** TRUNCATE, and what CASCADE and RESTART IDENTITY reach. */
export const truncate: Judges = {
  TruncateStmt(statement, { context: { catalog } }) {
    const names = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const cascade = statement.behavior === 'DROP_CASCADE';
    const only = namedOnly(statement.relations);
    const emptied = names.flatMap((name) => family(catalog, name, only.has(name)));
    const reached = pointingAt(catalog, emptied);
    const all = [...emptied, ...(cascade ? reached : [])];
    const sequences = statement.restart_seqs === true ? sequencesOfTables(catalog, all) : [];
    return effect({
      what: `TRUNCATE ${names.join(', ')}${cascade ? ' CASCADE' : ''}`,
      locks: lock('ACCESS EXCLUSIVE', ...all, ...sequences),
      rewrites: [...all, ...sequences],
      hazards: [
        ...(cascade || reached.length === 0
          ? []
          : [
              fails(
                '0A000',
                `foreign keys of ${reached.join(', ')} point at it. Name those tables as well, when they are meant to be emptied.`,
              ),
            ]),
        danger('truncate', `Every row of ${names.join(', ')} is gone, and nobody reads or writes it meanwhile.`),
        ...(cascade
          ? [
              danger(
                'cascade',
                reached.length > 0
                  ? `CASCADE empties ${reached.join(', ')} too. Name the tables.`
                  : 'CASCADE empties every table that refers to it, and theirs. Name the tables.',
              ),
              ...(catalog === undefined ? [dependsOn('the foreign keys that point at it')] : []),
            ]
          : []),
      ],
    });
  },
};

/** Tables whose foreign keys point at these, and at those in turn, without these. */
function pointingAt(catalog: Catalog | undefined, names: readonly string[]): readonly string[] {
  if (catalog === undefined) return [];
  const found = new Set(names);
  for (const name of found) {
    const relation = catalog.relation(name);
    for (const key of relation === null ? [] : catalog.foreignKeysTo(relation.id)) {
      const child = catalog.byId(key.relation);
      if (child !== null) for (const each of family(catalog, catalog.show(child))) found.add(each);
    }
  }
  return [...found].filter((name) => !names.includes(name));
}

function sequencesOfTables(catalog: Catalog | undefined, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const relation = catalog?.relation(name) ?? null;
    return catalog === undefined || relation === null ? [] : ownedSequences(catalog, relation).map(catalog.show);
  });
}
