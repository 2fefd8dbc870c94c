import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard, LockMode } from '../../domain/plan.ts';
import { besides, qualified, quoted, wordsOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudge, CommandJudges } from './effect.ts';
import { foreignKeysOf, ownedSequences, roleOf } from './reach.ts';

/** Options PostgreSQL changes only under ACCESS EXCLUSIVE; the others (fillfactor, autovacuum_*, toast.*) take SHARE UPDATE EXCLUSIVE. */
const STRONG_OPTIONS = new Set([
  'user_catalog_table',
  'security_barrier',
  'security_invoker',
  'check_option',
  'fastupdate',
  'gin_pending_list_limit',
  'buffering',
  'pages_per_range',
  'autosummarize',
]);

/** Triggers, rules, row security, storage and owner as commands of ALTER TABLE, rows 95–102. */
export const tableOptions: CommandJudges = {
  AT_SetRelOptions: options('SET'),
  AT_ResetRelOptions: options('RESET'),
  AT_ReplaceRelOptions: () => effect({ what: 'SET (…)' }),
  AT_ClusterOn: (command, { table }) =>
    effect({
      what: `CLUSTER ON ${quoted(command.name ?? '')}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', table, besides(table, command.name ?? '')),
    }),
  AT_DropCluster: plain('SET WITHOUT CLUSTER', 'SHARE UPDATE EXCLUSIVE'),
  AT_EnableTrig: trigger('ENABLE TRIGGER'),
  AT_EnableAlwaysTrig: trigger('ENABLE ALWAYS TRIGGER'),
  AT_EnableReplicaTrig: trigger('ENABLE REPLICA TRIGGER'),
  AT_EnableTrigAll: trigger('ENABLE TRIGGER ALL'),
  AT_EnableTrigUser: trigger('ENABLE TRIGGER USER'),
  AT_DisableTrig: trigger('DISABLE TRIGGER'),
  AT_DisableTrigUser: trigger('DISABLE TRIGGER USER'),
  AT_DisableTrigAll: (_, { table }) =>
    effect({
      what: 'DISABLE TRIGGER ALL',
      locks: lock('SHARE ROW EXCLUSIVE', table),
      hazards: [
        danger('foreign_keys_off', `Turns the foreign keys of ${table} off as well; wrong rows get in and stay. Disable triggers by name.`),
      ],
    }),
  AT_EnableRule: plain('ENABLE RULE'),
  AT_EnableAlwaysRule: plain('ENABLE ALWAYS RULE'),
  AT_EnableReplicaRule: plain('ENABLE REPLICA RULE'),
  AT_DisableRule: plain('DISABLE RULE'),
  AT_EnableRowSecurity: (_, { table }) =>
    effect({
      what: 'ENABLE ROW LEVEL SECURITY',
      locks: lock('ACCESS EXCLUSIVE', table),
      hazards: [
        note('rls_denies_all', `Without a policy nobody but the owner sees a row of ${table}. Create the policy in the same transaction.`),
      ],
    }),
  AT_DisableRowSecurity: (_, { table }) =>
    effect({
      what: 'DISABLE ROW LEVEL SECURITY',
      locks: lock('ACCESS EXCLUSIVE', table),
      hazards: [danger('rls_off', `Everybody who may read ${table} reads every row from now on.`)],
    }),
  AT_ForceRowSecurity: plain('FORCE ROW LEVEL SECURITY'),
  AT_NoForceRowSecurity: plain('NO FORCE ROW LEVEL SECURITY'),
  AT_SetLogged: rewriting('SET LOGGED', 'p'),
  AT_SetUnLogged: rewriting('SET UNLOGGED', 'u', 'Its rows are gone after a crash and never reach a replica.'),
  AT_SetTableSpace: moving('SET TABLESPACE', ({ tablespace }) => tablespace),
  AT_SetAccessMethod: moving('SET ACCESS METHOD', ({ accessMethod }) => accessMethod),
  AT_ReplicaIdentity(command, { table }) {
    const index = command.def !== undefined && 'ReplicaIdentityStmt' in command.def ? command.def.ReplicaIdentityStmt.name : undefined;
    return effect({
      what: 'REPLICA IDENTITY',
      locks: [...lock('ACCESS EXCLUSIVE', table), ...(index === undefined ? [] : lock('SHARE', besides(table, index)))],
      hazards: [note('replica_identity', 'Logical replication finds rows by it; a wrong one stops UPDATE and DELETE.')],
    });
  },
  AT_ChangeOwner(command, { table, context: { catalog } }) {
    const relation = catalog?.relation(table) ?? null;
    const changes = relation !== null && relation.owner !== roleOf(command.newowner, catalog);
    const sequences = catalog === undefined || relation === null || !changes ? [] : ownedSequences(catalog, relation).map(catalog.show);
    return effect({ what: 'OWNER TO', locks: lock('ACCESS EXCLUSIVE', table, ...sequences) });
  },
  AT_AddOf: (command, { table }) =>
    effect({
      what: 'OF',
      locks: [
        ...lock('ACCESS EXCLUSIVE', table),
        ...(command.def !== undefined && 'TypeName' in command.def
          ? lock('ACCESS SHARE', qualified(wordsOf(command.def.TypeName.names)))
          : []),
      ],
    }),
  AT_DropOf: plain('NOT OF'),
  AT_DropOids: plain('SET WITHOUT OIDS'),
  AT_GenericOptions: plain('OPTIONS'),
};

function plain(what: string, mode: LockMode = 'ACCESS EXCLUSIVE'): CommandJudge {
  return (command, { table }) =>
    effect({ what: command.name === undefined ? what : `${what} ${quoted(command.name)}`, locks: lock(mode, table) });
}

function trigger(what: string): CommandJudge {
  return (command, { table }) =>
    effect({
      what: command.name === undefined ? what : `${what} ${quoted(command.name)}`,
      locks: lock('SHARE ROW EXCLUSIVE', table),
      hazards: [note('writes_wait', `Writes to ${table} wait for the moment it takes.`)],
    });
}

function options(words: 'SET' | 'RESET'): CommandJudge {
  return (command, { table }) => {
    const items = command.def !== undefined && 'List' in command.def ? (command.def.List.items ?? []) : [];
    const names = items.flatMap((item) => ('DefElem' in item ? [item.DefElem.defname ?? ''] : []));
    const strong = names.some((name) => STRONG_OPTIONS.has(name));
    return effect({ what: `${words} (${names.join(', ')})`, locks: lock(strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', table) });
  };
}

function rewriting(what: string, persistence: 'p' | 'u', more = ''): CommandJudge {
  return (_, { table, context }) => {
    const { catalog, serverMajor } = context;
    const relation = catalog?.relation(table) ?? null;
    if (relation?.persistence === persistence) return effect({ what, locks: lock('ACCESS EXCLUSIVE', table) });
    // Since 15 the table's sequences change with it.
    const sequences =
      catalog === undefined || relation === null || serverMajor < 15 ? [] : ownedSequences(catalog, relation).map(catalog.show);
    return effect({
      what,
      locks: lock('ACCESS EXCLUSIVE', table, ...sequences),
      rewrites: [table, ...sequences],
      scans: [table],
      hazards: [
        ...keptTogether(catalog, relation, persistence),
        danger('rewrite_storage', `${table} is written anew with its indexes, and nobody reads or writes it meanwhile. ${more}`.trim()),
      ],
    });
  };
}

/** A foreign key joins tables that survive a crash, or tables that do not. */
function keptTogether(catalog: Catalog | undefined, relation: CatalogRelation | null, persistence: 'p' | 'u'): readonly Hazard[] {
  if (catalog === undefined || relation === null) return [];
  const keys = persistence === 'u' ? catalog.foreignKeysTo(relation.id) : foreignKeysOf(catalog, relation);
  const others = keys.map((key) => catalog.byId(persistence === 'u' ? key.relation : key.references));
  const odd = others.find((other) => other !== null && other.id !== relation.id && other.persistence !== persistence);
  return odd == null
    ? []
    : [fails('42P16', `a foreign key joins it to ${catalog.show(odd)}, which is ${persistence === 'u' ? 'logged' : 'unlogged'}.`)];
}

function moving(what: string, present: (relation: CatalogRelation) => string | null): CommandJudge {
  return (command, { table, context }) => {
    const relation = context.catalog?.relation(table) ?? null;
    if (relation !== null && present(relation) === command.name) return effect({ what, locks: lock('ACCESS EXCLUSIVE', table) });
    return effect({
      what,
      locks: lock('ACCESS EXCLUSIVE', table),
      rewrites: [table],
      scans: what === 'SET ACCESS METHOD' && relation !== null ? [table] : [],
      hazards: [
        warning('rewrite_storage', `${table} is copied, and nobody reads or writes it meanwhile.`),
        ...(relation === null ? [dependsOn('whether anything really changes; to the same place nothing is copied')] : []),
      ],
    });
  };
}
