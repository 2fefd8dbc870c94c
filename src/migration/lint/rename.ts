import { objectWords, qualified, quoted, relationOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { effect, fails, lock, note, warning } from './effect.ts';
import type { Judges } from './effect.ts';
import { family, ownedSequences } from './reach.ts';

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

/** RENAME and SET SCHEMA, rows 25–29, 111. */
export const rename: Judges = {
  RenameStmt(statement, { context: { catalog } }) {
    const relation = relationOf(statement.relation);
    const to = quoted(statement.newname ?? '');
    const from = quoted(statement.subname ?? '');
    const short = lock('ACCESS EXCLUSIVE', relation);
    const everywhere = lock('ACCESS EXCLUSIVE', ...family(catalog, relation, statement.relation?.inh !== true));
    switch (statement.renameType) {
      case 'OBJECT_INDEX':
        return effect({ what: `ALTER INDEX ${relation} RENAME TO ${to}`, locks: lock('SHARE UPDATE EXCLUSIVE', relation) });
      case 'OBJECT_COLUMN':
        return effect({
          what: `ALTER TABLE ${relation} RENAME COLUMN ${from} TO ${to}`,
          locks: everywhere,
          hazards: [breaks('The lock is short, but the name is gone.'), ...noColumn(catalog, relation, statement.subname)],
        });
      case 'OBJECT_ATTRIBUTE':
        return effect({
          what: `ALTER TYPE ${relation} RENAME ATTRIBUTE ${from} TO ${to}`,
          locks: short,
          hazards: [breaks('The name is gone.')],
        });
      case 'OBJECT_TABLE':
      case 'OBJECT_VIEW':
      case 'OBJECT_MATVIEW':
      case 'OBJECT_FOREIGN_TABLE':
      case 'OBJECT_SEQUENCE': {
        const words = statement.renameType.replace('OBJECT_', '').replace('MATVIEW', 'MATERIALIZED VIEW').replace('_', ' ');
        const recipe =
          words === 'TABLE'
            ? `-- in one transaction:\nALTER TABLE ${relation} RENAME TO ${to};\nCREATE VIEW ${relation} AS SELECT * FROM ${to};`
            : undefined;
        const hazard = { ...breaks('The lock is short, but the name is gone.'), ...(recipe === undefined ? {} : { recipe }) };
        return effect({ what: `ALTER ${words} ${relation} RENAME TO ${to}`, locks: short, hazards: [hazard] });
      }
      case 'OBJECT_TABCONSTRAINT':
        return effect({ what: `ALTER TABLE ${relation} RENAME CONSTRAINT ${from} TO ${to}`, locks: everywhere });
      case 'OBJECT_TRIGGER':
      case 'OBJECT_RULE':
      case 'OBJECT_POLICY':
        return effect({
          what: `ALTER ${statement.renameType.replace('OBJECT_', '')} ${from} ON ${relation} RENAME TO ${to}`,
          locks: short,
        });
      case 'OBJECT_DOMCONSTRAINT':
        return effect({ what: `ALTER DOMAIN ${qualified(objectWords(statement.object))} RENAME CONSTRAINT` });
      default: {
        const words = (statement.renameType ?? '').replace('OBJECT_', '').replaceAll('_', ' ');
        const name = from === '""' ? qualified(objectWords(statement.object)) : from;
        return effect({ what: `ALTER ${words} ${name} RENAME TO ${to}`, hazards: [breaks('Takes no table lock, yet the name is gone.')] });
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
