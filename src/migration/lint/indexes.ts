import { quoted, relationOf } from '../names.ts';
import { isConcurrently } from '../transaction-rule.ts';
import { danger, dependsOn, effect, lock, note, warning } from './effect.ts';
import type { Effect, Judged, Judges, NodeOf } from './effect.ts';

/** CREATE INDEX and REINDEX, rows 73–83. */
export const indexes: Judges = {
  IndexStmt(statement, { sql }) {
    const table = relationOf(statement.relation);
    const name = statement.idxname === undefined ? '' : ` ${quoted(statement.idxname)}`;
    const kind = `CREATE ${statement.unique === true ? 'UNIQUE ' : ''}INDEX`;
    if (statement.concurrent === true) {
      return effect({
        what: `${kind} CONCURRENTLY${name} ON ${table}`,
        locks: lock('SHARE UPDATE EXCLUSIVE', table),
        scans: [table],
        hazards: [
          ...leftovers(statement),
          note(
            'waits_for_transactions',
            `Reads ${table} twice and waits for every older transaction, on other tables too. Interrupted, it leaves an INVALID index.`,
          ),
        ],
      });
    }
    // ON ONLY is for a partitioned table, which has no rows of its own.
    const only = statement.relation?.inh !== true;
    const recipe = `${sql.replace(/^(create\s+(?:unique\s+)?index)\b/i, '$1 CONCURRENTLY')};`;
    return effect({
      what: `${kind}${name} ON ${only ? 'ONLY ' : ''}${table}`,
      locks: lock('SHARE', table),
      scans: only ? [] : [table],
      hazards: only ? [] : [danger('index_blocks_writes', `Nobody writes ${table} until the index is built.`, recipe)],
    });
  },
  ReindexStmt(statement, { context }) {
    const name = statement.relation === undefined ? (statement.name ?? '') : relationOf(statement.relation);
    const kind = (statement.kind ?? '').replace('REINDEX_OBJECT_', '');
    const concurrently = (statement.params ?? []).some(isConcurrently);
    const what = `REINDEX ${kind}${concurrently ? ' CONCURRENTLY' : ''} ${name}`;
    const table = kind === 'TABLE' ? name : kind === 'INDEX' ? (context.catalog?.tableOfIndex(name) ?? null) : null;
    if (concurrently) return reindexConcurrently(what, { table, index: kind === 'INDEX' ? name : null });
    const recipe =
      kind === 'TABLE' || kind === 'INDEX'
        ? `REINDEX ${kind} CONCURRENTLY ${name};`
        : 'REINDEX INDEX CONCURRENTLY …;  -- one index at a time';
    return effect({
      what,
      locks: [...(kind === 'INDEX' ? lock('ACCESS EXCLUSIVE', name) : []), ...(table === null ? [] : lock('SHARE', table))],
      rewrites: kind === 'INDEX' ? [name] : [],
      scans: table === null ? [] : [table],
      // ACCESS EXCLUSIVE on an index stops even queries that do not use it: the planner opens every index.
      blocks: 'reads+writes',
      hazards: [
        danger('reindex', 'Nobody writes the table, and queries on it wait as well, because the planner opens every index.', recipe),
        ...(table === null ? [dependsOn('the table behind it')] : []),
      ],
    });
  },
};

function reindexConcurrently(what: string, on: { table: string | null; index: string | null }): Effect {
  return effect({
    what,
    locks: lock('SHARE UPDATE EXCLUSIVE', ...[on.index, on.table].filter((name) => name !== null)),
    scans: on.table === null ? [] : [on.table],
    blocks: 'ddl',
    hazards: [
      note(
        'waits_for_transactions',
        'Waits for every older transaction. Interrupted, it leaves an INVALID index that ends in _ccnew: drop it.',
      ),
    ],
  });
}

/** What a retry could mistake for success (row 78, N10). */
function leftovers(statement: NodeOf<'IndexStmt'>): Effect['hazards'] {
  return [
    ...(statement.idxname === undefined
      ? [warning('index_without_name', 'Without a name a failed try leaves an INVALID index nobody can tell from others. Name it.')]
      : []),
    ...(statement.if_not_exists === true
      ? [danger('if_not_exists_invalid', 'IF NOT EXISTS accepts the INVALID index a failed try left, and says it worked. Leave it away.')]
      : []),
  ];
}

/** DROP INDEX: the index, and the table it belongs to where it can be named (rows 79, 80). */
export function dropIndex(names: readonly string[], concurrently: boolean, { context }: Judged): Effect {
  const tables = names.map((name) => context.catalog?.tableOfIndex(name) ?? null);
  const mode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  return effect({
    what: `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${names.join(', ')}`,
    locks: lock(mode, ...names, ...tables.filter((table) => table !== null)),
    hazards: [
      ...(concurrently
        ? [note('waits_for_transactions', 'Waits for every older transaction that uses the table.')]
        : [
            warning(
              'drop_index',
              'Takes ACCESS EXCLUSIVE on the table too: nobody reads or writes it for the moment it takes, nor while it waits.',
              `DROP INDEX CONCURRENTLY ${names.join(', ')};`,
            ),
          ]),
      ...(tables.includes(null) ? [dependsOn('the table of the index, which is locked as well')] : []),
    ],
  });
}
