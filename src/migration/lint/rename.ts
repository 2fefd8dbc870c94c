import { objectWords, qualified, quoted, relationOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { effect, fails, lock, note, warning } from './effect.ts';
import type { Judges } from './effect.ts';
import { missingOn } from './missing.ts';
import { family, ownedSequences, typedTables } from './reach.ts';

const breaks = (what: string) =>
  warning(
    'app_break',
    `${what} Running code that uses the old name fails at once: change it in steps, with a view or both names for a while.`,
  );

/** A table's sequences follow it into another schema. */
function sequencesOf(catalog: Catalog | undefined, name: string): readonly string[] {
  const relation = catalog?.relation(name) ?? null;
  return catalog === undefined || relation === null ? [] : ownedSequences(catalog, relation).map(catalog.show);
}

function noColumn(catalog: Catalog | undefined, table: string, column: string | undefined) {
  const relation = catalog?.relation(table) ?? null;
  if (relation === null || column === undefined || relation.columns.some(({ name }) => name === column)) return [];
  return [fails('42703', `${table} has no column ${quoted(column)}.`)];
}

/** A CHECK is renamed on the tables below as well; a key, which each has of its own, is not. */
function isInherited(catalog: Catalog | undefined, table: string, name: string | undefined): boolean {
  const relation = catalog?.relation(table) ?? null;
  const found = relation === null ? undefined : catalog?.constraintsOn(relation.id).find((each) => each.name === name);
  return found === undefined || found.kind === 'c' || found.kind === 'n';
}

/** RENAME and SET SCHEMA, rows 25–29, 111. */
export const rename: Judges = {
  RenameStmt(statement, { context: { catalog, serverMajor } }) {
    const relation = relationOf(statement.relation);
    const to = quoted(statement.newname ?? '');
    const from = quoted(statement.subname ?? '');
    const short = lock('ACCESS EXCLUSIVE', relation);
    const everywhere = lock('ACCESS EXCLUSIVE', ...family(catalog, relation, statement.relation?.inh !== true));
    switch (statement.renameType) {
      case 'OBJECT_INDEX': {
        const isOther = catalog !== undefined && catalog.relation(relation) !== null && catalog.relation(relation)?.index === null;
        return effect({
          what: `ALTER INDEX ${relation} RENAME TO ${to}`,
          // Of what is no index, ALTER INDEX renames it as ALTER TABLE does.
          locks: lock(isOther ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', relation),
        });
      }
      case 'OBJECT_COLUMN':
        return effect({
          what: `ALTER TABLE ${relation} RENAME COLUMN ${from} TO ${to}`,
          locks: everywhere,
          hazards: [breaks('The lock is short, but the name is gone.'), ...noColumn(catalog, relation, statement.subname)],
        });
      case 'OBJECT_ATTRIBUTE':
        return effect({
          what: `ALTER TYPE ${relation} RENAME ATTRIBUTE ${from} TO ${to}`,
          locks: [
            ...short,
            ...lock('ACCESS EXCLUSIVE', ...(statement.behavior === 'DROP_CASCADE' ? typedTables(catalog, relation).tables : [])),
          ],
          hazards: [
            breaks('The name is gone.'),
            ...(statement.behavior !== 'DROP_CASCADE' && typedTables(catalog, relation).tables.length > 0
              ? [
                  fails(
                    '2BP01',
                    `${typedTables(catalog, relation).tables.join(', ')} is made of ${relation}, and follows it only with CASCADE.`,
                  ),
                ]
              : []),
          ],
        });
      case 'OBJECT_TABLE':
      case 'OBJECT_VIEW':
      case 'OBJECT_MATVIEW':
      case 'OBJECT_FOREIGN_TABLE':
      case 'OBJECT_SEQUENCE': {
        const words = statement.renameType.replace('OBJECT_', '').replace('MATVIEW', 'MATERIALIZED VIEW').replace('_', ' ');
        const recipe =
          words === 'TABLE' && 'rp'.includes(catalog?.relation(relation)?.kind ?? 'r')
            ? `-- in one transaction:\nALTER TABLE ${relation} RENAME TO ${to};\nCREATE VIEW ${relation} AS SELECT * FROM ${to};`
            : undefined;
        const hazard = { ...breaks('The lock is short, but the name is gone.'), ...(recipe === undefined ? {} : { recipe }) };
        return effect({ what: `ALTER ${words} ${relation} RENAME TO ${to}`, locks: short, hazards: [hazard] });
      }
      case 'OBJECT_TABCONSTRAINT':
        return effect({
          what: `ALTER TABLE ${relation} RENAME CONSTRAINT ${from} TO ${to}`,
          locks: isInherited(catalog, relation, statement.subname) ? everywhere : short,
        });
      case 'OBJECT_TRIGGER':
      case 'OBJECT_RULE':
      case 'OBJECT_POLICY': {
        // Since 15 a trigger of a partitioned table is renamed on each partition.
        const clones = statement.renameType === 'OBJECT_TRIGGER' && catalog?.relation(relation)?.kind === 'p' && serverMajor >= 15;
        return effect({
          what: `ALTER ${statement.renameType.replace('OBJECT_', '')} ${from} ON ${relation} RENAME TO ${to}`,
          locks: clones ? lock('ACCESS EXCLUSIVE', ...family(catalog, relation)) : short,
          hazards: missingOn(catalog, statement.renameType, relation, statement.subname),
        });
      }
      case 'OBJECT_DOMCONSTRAINT':
        return effect({ what: `ALTER DOMAIN ${qualified(objectWords(statement.object))} RENAME CONSTRAINT` });
      default: {
        const words = (statement.renameType ?? '').replace('OBJECT_', '').replaceAll('_', ' ');
        const name = from === '""' ? qualified(objectWords(statement.object)) : from;
        const isComposite = statement.renameType === 'OBJECT_TYPE' && catalog?.relation(name)?.kind === 'c';
        return effect({
          what: `ALTER ${words} ${name} RENAME TO ${to}`,
          locks: isComposite ? lock('ACCESS EXCLUSIVE', name) : [],
          hazards: [breaks('Takes no table lock, yet the name is gone.')],
        });
      }
    }
  },
  AlterObjectSchemaStmt(statement, { context: { catalog } }) {
    const schema = quoted(statement.newschema ?? '');
    const words = (statement.objectType ?? '').replace('OBJECT_', '').replace('MATVIEW', 'MATERIALIZED VIEW').replaceAll('_', ' ');
    if (statement.relation !== undefined) {
      const relation = relationOf(statement.relation);
      return effect({
        what: `ALTER ${words} ${relation} SET SCHEMA ${schema}`,
        locks: lock('ACCESS EXCLUSIVE', relation, ...sequencesOf(catalog, relation)),
        hazards: [breaks('The lock is short, but the name is gone.')],
      });
    }
    const name = qualified(objectWords(statement.object));
    return effect({
      what: `ALTER ${words} ${name} SET SCHEMA ${schema}`,
      hazards: [note('app_break', `Code finds ${name} only in ${schema} from now on.`)],
    });
  },
};
