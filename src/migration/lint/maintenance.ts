import { besides, quoted, relationOf } from '../names.ts';
import { CLUSTER } from './drop.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { Judges, NodeOf } from './effect.ts';
import { family } from './reach.ts';

/** CLUSTER, VACUUM, ANALYZE and the server's own affairs, rows 84, 85, 99, 103. */
export const maintenance: Judges = {
  ClusterStmt(statement, { context: { catalog, serverMajor } }) {
    const table = statement.relation === undefined ? null : relationOf(statement.relation);
    return effect({
      what: `CLUSTER${table === null ? '' : ` ${table}`}`,
      locks:
        table === null
          ? []
          : lock('ACCESS EXCLUSIVE', table, ...(statement.indexname === undefined ? [] : [besides(table, statement.indexname)])),
      rewrites: table === null ? [] : [table],
      scans: table === null ? [] : [table],
      blocks: 'reads+writes',
      hazards: [
        ...(table !== null && serverMajor < 15 && catalog?.relation(table)?.kind === 'p'
          ? [fails('0A000', `${table} is partitioned; CLUSTER of those is for PostgreSQL 15.`)]
          : []),
        danger(
          'rewrite_storage',
          `${table ?? 'Every clustered table'} is written anew, and nobody reads or writes it meanwhile. pg_repack does it online.`,
        ),
      ],
    });
  },
  VacuumStmt(statement, { context: { catalog, serverMajor } }) {
    const given = (statement.rels ?? []).flatMap((node) => ('VacuumRelation' in node ? [relationOf(node.VacuumRelation.relation)] : []));
    const names =
      given.length === 0 ? everyTable(catalog) : given.flatMap((name) => family(catalog, name, catalog?.relation(name)?.kind !== 'p'));
    const list = given.length === 0 ? '' : ` ${given.join(', ')}`;
    const every = names.length === 0 ? [dependsOn('which tables there are: it takes every one')] : [];
    if (isFull(statement)) {
      return effect({
        what: `VACUUM FULL${list}`,
        locks: lock('ACCESS EXCLUSIVE', ...names),
        rewrites: names,
        scans: names,
        blocks: 'reads+writes',
        hazards: [
          danger(
            'rewrite_storage',
            `${names.join(', ') || 'Every table'} is written anew, and nobody reads or writes it meanwhile. pg_repack does it online.`,
          ),
          ...every,
        ],
      });
    }
    const isAnalyze = statement.is_vacuumcmd !== true;
    // Other tables than those that hold rows are passed over with a warning; those that inherit are sampled with their parent.
    const held = names.filter((name) => 'rpmf'.includes(catalog?.relation(name)?.kind ?? 'r'));
    const below = isAnalyze && given.length > 0 ? held.flatMap((name) => family(catalog, name)) : [];
    return effect({
      what: `${isAnalyze ? 'ANALYZE' : 'VACUUM'}${list}`,
      locks: [...lock('SHARE UPDATE EXCLUSIVE', ...held), ...lock(serverMajor >= 18 ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS SHARE', ...below)],
      blocks: held.length > 0 || every.length > 0 ? 'ddl' : null,
      hazards: every,
    });
  },
  AlterTableMoveAllStmt: (statement) =>
    effect({
      what: `ALTER TABLE ALL IN TABLESPACE ${quoted(statement.orig_tablespacename ?? '')} SET TABLESPACE`,
      blocks: 'reads+writes',
      hazards: [
        danger('rewrite_storage', 'Copies every table of the tablespace, and nobody reads or writes them meanwhile.'),
        dependsOn('which tables are there'),
      ],
    }),
  AlterSystemStmt: () => effect({ what: 'ALTER SYSTEM', hazards: [CLUSTER] }),
  CreatedbStmt: (statement) => effect({ what: `CREATE DATABASE ${statement.dbname ?? ''}`, hazards: [CLUSTER] }),
  AlterDatabaseStmt: (statement) => effect({ what: `ALTER DATABASE ${statement.dbname ?? ''}`, hazards: [CLUSTER] }),
  AlterDatabaseSetStmt: (statement) =>
    effect({
      what: `ALTER DATABASE ${statement.dbname ?? ''} SET`,
      hazards: [note('next_session', 'Every session that begins later gets this setting.')],
    }),
  CreateTableSpaceStmt: (statement) => effect({ what: `CREATE TABLESPACE ${statement.tablespacename ?? ''}`, hazards: [CLUSTER] }),
  CreateRoleStmt: (statement) => effect({ what: `CREATE ROLE ${statement.role ?? ''}`, hazards: [CLUSTER] }),
  AlterRoleStmt: () => effect({ what: 'ALTER ROLE', hazards: [CLUSTER] }),
  AlterRoleSetStmt: () => effect({ what: 'ALTER ROLE SET', hazards: [CLUSTER] }),
  GrantRoleStmt: () => effect({ what: 'GRANT or REVOKE a role', hazards: [CLUSTER] }),
  CheckPointStmt: () => effect({ what: 'CHECKPOINT' }),
  CreateExtensionStmt: (statement) =>
    effect({
      what: `CREATE EXTENSION ${quoted(statement.extname ?? '')}`,
      hazards: [
        warning('extension', 'Runs the extension’s own script; it has to be installed on the server and on the one that rehearses.'),
      ],
    }),
};

function everyTable(catalog: Catalog | undefined): readonly string[] {
  return catalog?.state.relations.filter(({ kind }) => 'rmp'.includes(kind)).map(catalog.show) ?? [];
}

function isFull(statement: NodeOf<'VacuumStmt'>): boolean {
  return (statement.options ?? []).some(
    (node) => 'DefElem' in node && node.DefElem.defname === 'full' && !JSON.stringify(node.DefElem.arg ?? '').includes('false'),
  );
}
