import { objectWords, qualified } from '../names.ts';
import { danger, dependsOn, effect, lock, note, warning } from './effect.ts';
import type { Effect, Judged, Judges, NodeOf } from './effect.ts';
import { dropIndex } from './indexes.ts';

const RELATIONS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'TABLE',
  OBJECT_VIEW: 'VIEW',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'SEQUENCE',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
};

const ON_TABLE: Readonly<Record<string, string>> = { OBJECT_TRIGGER: 'TRIGGER', OBJECT_RULE: 'RULE', OBJECT_POLICY: 'POLICY' };

/** DROP …, rows 18–24, 32, 79, 94, 97. */
export const drop: Judges = {
  DropStmt(statement, judged) {
    const objects = (statement.objects ?? []).map(objectWords);
    const type = statement.removeType ?? '';
    if (type === 'OBJECT_INDEX') return withCascade(dropIndex(objects.map(qualified), statement.concurrent === true, judged), statement);
    if (type in RELATIONS) return withCascade(dropRelations(RELATIONS[type] ?? '', objects.map(qualified), type, judged), statement);
    if (type in ON_TABLE) return dropFromTable(ON_TABLE[type] ?? '', objects);
    if (type === 'OBJECT_SCHEMA') return dropSchema(objects.map(qualified), statement);
    return dropOther(type, objects.map(qualified), statement);
  },
  DropOwnedStmt: () =>
    effect({
      what: 'DROP OWNED',
      blocks: 'reads+writes',
      hazards: [danger('drop_owned', 'Drops everything a role owns in this database. Drop what is meant by name.')],
    }),
  DropdbStmt: (statement) =>
    effect({
      what: `DROP DATABASE ${statement.dbname ?? ''}`,
      blocks: 'reads+writes',
      hazards: [danger('drop_database', 'Deletes a whole database. This is no migration.')],
    }),
  DropTableSpaceStmt: (statement) => effect({ what: `DROP TABLESPACE ${statement.tablespacename ?? ''}`, hazards: [CLUSTER] }),
  DropRoleStmt: () => effect({ what: 'DROP ROLE', hazards: [CLUSTER] }),
  DropSubscriptionStmt: (statement) => effect({ what: `DROP SUBSCRIPTION ${statement.subname ?? ''}`, hazards: [CLUSTER] }),
  DropUserMappingStmt: () => effect({ what: 'DROP USER MAPPING' }),
};

/** Reaches beyond this database, also when it is run in a rehearsal copy. */
export const CLUSTER = warning('cluster_wide', 'Reaches beyond this database, to the whole server and everything on it.');

const CASCADE = danger(
  'cascade',
  'CASCADE drops whatever depends on it, views, columns and foreign keys of other tables too, each under ACCESS EXCLUSIVE. Drop those by name, first.',
);

function withCascade(judged: Effect, statement: NodeOf<'DropStmt'>): Effect {
  if (statement.behavior !== 'DROP_CASCADE') return judged;
  return { ...judged, what: `${judged.what} CASCADE`, hazards: [...judged.hazards, CASCADE, dependsOn('what depends on it')] };
}

function dropRelations(words: string, names: readonly string[], type: string, { context }: Judged): Effect {
  const { catalog } = context;
  const others = type === 'OBJECT_TABLE' ? names.flatMap((name) => catalog?.referencedBy(name) ?? []) : [];
  const isKnown = names.every((name) => (catalog?.referencedBy(name) ?? null) !== null);
  const lossy = type === 'OBJECT_TABLE' || type === 'OBJECT_SEQUENCE';
  return effect({
    what: `DROP ${words} ${names.join(', ')}`,
    locks: lock('ACCESS EXCLUSIVE', ...names, ...others),
    hazards: [
      ...(lossy
        ? [
            danger(
              'drop_table',
              `${names.join(', ')} and all it holds is gone. Make sure nothing reads it any more: rename it one release earlier.`,
            ),
          ]
        : []),
      ...(type === 'OBJECT_TABLE' && !isKnown
        ? [dependsOn('its foreign keys, whose tables are locked too: drop those first, one by one; and whether it is a partition')]
        : []),
    ],
  });
}

function dropFromTable(words: string, objects: readonly (readonly string[])[]): Effect {
  const tables = objects.map((parts) => qualified(parts.slice(0, -1)));
  return effect({
    what: `DROP ${words} ${objects.map((parts) => qualified(parts.slice(-1))).join(', ')} ON ${tables.join(', ')}`,
    locks: lock('ACCESS EXCLUSIVE', ...tables),
  });
}

function dropSchema(names: readonly string[], statement: NodeOf<'DropStmt'>): Effect {
  const cascade = statement.behavior === 'DROP_CASCADE';
  return effect({
    what: `DROP SCHEMA ${names.join(', ')}${cascade ? ' CASCADE' : ''}`,
    blocks: cascade ? 'reads+writes' : null,
    hazards: cascade
      ? [
          danger('drop_schema', `Drops every table in ${names.join(', ')} with all it holds. Drop what is meant by name.`),
          dependsOn('what is in it'),
        ]
      : [],
  });
}

/** Types, functions and the rest lock no table by themselves; CASCADE takes columns and triggers with it (row 32). */
function dropOther(type: string, names: readonly string[], statement: NodeOf<'DropStmt'>): Effect {
  const words = type.replace(/^OBJECT_/, '').replaceAll('_', ' ');
  const what = `DROP ${words} ${names.join(', ')}`;
  if (statement.behavior === 'DROP_CASCADE') {
    return effect({
      what: `${what} CASCADE`,
      blocks: 'reads+writes',
      hazards: [CASCADE, dependsOn('what depends on it: those tables are locked')],
    });
  }
  if (type === 'OBJECT_STATISTIC_EXT') {
    return effect({ what: `DROP STATISTICS ${names.join(', ')}`, blocks: 'ddl', hazards: [dependsOn('the table it is for')] });
  }
  const used = type === 'OBJECT_FUNCTION' || type === 'OBJECT_PROCEDURE' || type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN';
  return effect({ what, hazards: used ? [note('app_break', `Code that still uses ${names.join(', ')} fails.`)] : [] });
}
