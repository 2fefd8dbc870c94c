import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import type { NodeOf, CommandJudges, Effect, Judged, Judges, LintContext } from './effect.ts';
import { Draft } from './draft.ts';
import { afterAlter } from './after-alter.ts';
import { quoted, relationOf } from '../names.ts';
import { addColumn } from './add-column.ts';
import { alterColumn } from './alter-column.ts';
import { constraints } from './constraints.ts';
import { tableOfIndex } from './indexes.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock } from './effect.ts';
import { partitions } from './partitions.ts';
import { columnOf, descendantsOf, fallOf, locksOfFall, onTables, typedTables } from './reach.ts';
import { dependants } from './refused.ts';
import { refusedCommand } from './refused-commands.ts';
import { tableOptions } from './table-options.ts';

const dropColumn: CommandJudges = {
  AT_DropColumn(command, { table, context }) {
    const column = quoted(command.name ?? '');
    const cascade = command.behavior === 'DROP_CASCADE';
    const found = columnOf(context.catalog, table, command.name);
    const fall =
      found === null ? null : fallOf(found.catalog, [{ kind: 'relation', id: found.relation.id, column: found.column.number }], cascade);
    return effect({
      what: `DROP COLUMN ${column}${cascade ? ' CASCADE' : ''}`,
      locks: [
        ...lock('ACCESS EXCLUSIVE', table),
        ...(found === null || fall === null ? [] : locksOfFall(found.catalog, fall.objects).filter(onTables(found.catalog))),
      ],
      hazards: [
        danger(
          'drop_column',
          `The values of ${table}.${column} are gone; code that still names it fails. Stop using it one release earlier.`,
        ),
        ...(cascade ? [CASCADE] : []),
        ...(found === null || fall === null ? [] : dependants(found.catalog, `column ${column} of ${table}`, fall.stops)),
      ],
    });
  },
};

const CASCADE = danger(
  'cascade',
  'CASCADE drops whatever depends on it, views and foreign keys of other tables too, each under ACCESS EXCLUSIVE. Drop those by name, first.',
);

const COMMANDS: CommandJudges = { ...addColumn, ...alterColumn, ...constraints, ...dropColumn, ...partitions, ...tableOptions };

const WORDS: Readonly<Record<string, string>> = {
  OBJECT_INDEX: 'ALTER INDEX',
  OBJECT_VIEW: 'ALTER VIEW',
  OBJECT_MATVIEW: 'ALTER MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'ALTER SEQUENCE',
  OBJECT_FOREIGN_TABLE: 'ALTER FOREIGN TABLE',
  OBJECT_TYPE: 'ALTER TYPE',
};

/** ALTER TABLE and its kin: the strongest lock of all commands, and one rewriting command rewrites for all (row 5). */
export const alterTable: Judges = {
  AlterTableStmt(statement, judged) {
    const table = relationOf(statement.relation);
    const words = WORDS[statement.objtype ?? ''] ?? 'ALTER TABLE';
    if (words === 'ALTER TYPE') return alterComposite(statement, table, judged.context.catalog);
    if (words === 'ALTER INDEX') return alterIndex(statement, table, judged);
    const commands = commandsOf(statement);
    const on = { table, alone: commands.length === 1, ...judged };
    const later = { ...on, context: afterDrops(statement, judged.context) };
    const recurses = statement.relation?.inh === true;
    const effects = commands.map((command) => withDescendants(command, recurses, isDrop(command) ? on : later));
    // A volatile default and a NOT NULL scan under one lock are one scan of the table.
    return {
      what: `${words} ${table} ${effects.map(({ what }) => what).join(', ')}`,
      locks: effects.flatMap(({ locks }) => locks),
      rewrites: [...new Set(effects.flatMap(({ rewrites }) => rewrites))],
      scans: [...new Set(effects.flatMap(({ scans }) => scans))],
      hazards: effects.flatMap(({ hazards }) => hazards),
      blocks: effects.find(({ blocks }) => blocks !== null && commands.length === 1)?.blocks ?? null,
      known: effects.every(({ known }) => known),
    };
  },
};

const isDrop = ({ subtype }: NodeOf<'AlterTableCmd'>) => subtype === 'AT_DropColumn' || subtype === 'AT_DropConstraint';

/** PostgreSQL drops first, whatever is written first: a name that is dropped here is free for the other commands. */
function afterDrops(statement: NodeOf<'AlterTableStmt'>, context: LintContext): LintContext {
  const { catalog } = context;
  const cmds = (statement.cmds ?? []).filter((node) => 'AlterTableCmd' in node && isDrop(node.AlterTableCmd));
  if (catalog === undefined || cmds.length === 0 || cmds.length === statement.cmds?.length) return context;
  const draft = new Draft(catalog.state);
  afterAlter(draft, { ...statement, cmds });
  return { ...context, catalog: draft.catalog };
}

function commandsOf(statement: NodeOf<'AlterTableStmt'>) {
  return (statement.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
}

/** A command of a partitioned or inherited table is one of each table below it too. */
function withDescendants(command: NodeOf<'AlterTableCmd'>, recurses: boolean, on: { table: string; alone: boolean } & Judged): Effect {
  const judged = judgeCommand(command, on);
  const { catalog } = on.context;
  const relation = catalog?.relation(on.table) ?? null;
  if (catalog === undefined || relation === null) return judged;
  const own = {
    ...judged,
    hazards: [
      ...refusedHere(catalog, relation, command, recurses),
      ...refusedCommand(command, { catalog, relation, serverMajor: on.context.serverMajor, recurses }),
      ...judged.hazards,
    ],
  };
  const hasTriggers = catalog.triggersOn(relation.id).length > 0;
  if (!recurses && (command.subtype === 'AT_DropColumn' || command.subtype === 'AT_DropConstraint'))
    return { ...own, locks: [...own.locks, ...lock('ACCESS EXCLUSIVE', ...childrenThatKeep(catalog, relation, command))] };
  // Since 18 the tables below are locked as well, though they do not get the CHECK.
  if (recurses && on.context.serverMajor >= 18 && isNoInheritCheck(command))
    return { ...own, locks: [...own.locks, ...lock('ACCESS EXCLUSIVE', ...descendantsOf(catalog, relation).map(catalog.show))] };
  if (!recurses || !goesDown(command, { isPartitioned: relation.kind === 'p', hasTriggers })) return own;
  const below = descendantsOf(catalog, relation)
    .map((child) => onPartition(command, judgeCommand(command, { ...on, table: catalog.show(child) }), on.context.serverMajor))
    .filter(({ hazards }) => !hazards.some(({ sqlstate }) => sqlstate !== undefined));
  return {
    ...own,
    locks: [...own.locks, ...below.flatMap(({ locks }) => locks)],
    rewrites: [...own.rewrites, ...below.flatMap(({ rewrites }) => rewrites)],
    scans: [...own.scans, ...below.flatMap(({ scans }) => scans)],
  };
}

function isNoInheritCheck({ subtype, def }: NodeOf<'AlterTableCmd'>): boolean {
  const constraint = subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def ? def.Constraint : {};
  return constraint.contype === 'CONSTR_CHECK' && constraint.is_no_inherit === true;
}

/** With ONLY the children keep the column, or the CHECK, as their own, which changes them too. */
function childrenThatKeep(catalog: Catalog, relation: CatalogRelation, { subtype, name }: NodeOf<'AlterTableCmd'>): readonly string[] {
  const isCheck = catalog.constraintsOn(relation.id).some((each) => each.name === name && each.kind === 'c');
  return subtype === 'AT_DropColumn' || isCheck ? catalog.childrenOf(relation.id).map(catalog.show) : [];
}

const OF_A_COLUMN =
  /^AT_(?:DropColumn|AlterColumnType|ColumnDefault|SetNotNull|DropNotNull|SetStatistics|SetStorage|SetCompression|SetOptions|ResetOptions|SetExpression|DropExpression|AddIdentity|SetIdentity|DropIdentity)$/;

/** Commands for a column that is not there, and changes of one table of a family that would no longer fit the others. */
function refusedHere(catalog: Catalog, relation: CatalogRelation, command: NodeOf<'AlterTableCmd'>, recurses: boolean): readonly Hazard[] {
  const { subtype = '', name, missing_ok: missingOk } = command;
  const table = catalog.show(relation);
  // A table made from a query in this plan has columns nobody wrote down.
  const hasColumn = relation.columns.length === 0 || relation.columns.some((each) => each.name === name);
  if (OF_A_COLUMN.test(subtype) && name !== undefined && !hasColumn && missingOk !== true && 'rpvmfc'.includes(relation.kind)) {
    return [fails('42703', `${table} has no column ${quoted(name)}.`)];
  }
  const parent = relation.partition === 'none' ? null : catalog.byId(relation.parents[0] ?? 0);
  if (parent !== null && (subtype === 'AT_AddColumn' || subtype === 'AT_DropColumn')) {
    return [
      fails(subtype === 'AT_AddColumn' ? '42809' : '42P16', `${table} is a partition; change the columns of ${catalog.show(parent)}.`),
    ];
  }
  const only = !recurses && catalog.childrenOf(relation.id).length > 0;
  return only && subtype === 'AT_AddColumn' ? [fails('42P16', `the tables below ${table} need the column too. Leave ONLY away.`)] : [];
}

/** Before 18 the index of UNIQUE is built on each partition as CREATE INDEX builds it; PRIMARY KEY also sets its columns NOT NULL there. */
function onPartition({ subtype, def }: NodeOf<'AlterTableCmd'>, judged: Effect, serverMajor: number): Effect {
  const constraint = subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def ? def.Constraint : null;
  if (serverMajor >= 18 || constraint?.contype !== 'CONSTR_UNIQUE' || constraint.indexname !== undefined) return judged;
  return { ...judged, locks: judged.locks.map(({ relation }) => ({ relation, mode: 'SHARE' })) };
}

const GO_DOWN = new Set<string | undefined>([
  'AT_AddColumn',
  'AT_DropColumn',
  'AT_AlterColumnType',
  'AT_ColumnDefault',
  'AT_SetNotNull',
  'AT_DropNotNull',
  'AT_SetStatistics',
  'AT_SetStorage',
  'AT_SetExpression',
  'AT_DropExpression',
  'AT_ValidateConstraint',
  'AT_DropConstraint',
]);

/** Keys and triggers go down to partitions only; a CHECK to whoever inherits, unless it says NO INHERIT. */
function goesDown(
  { subtype, def }: NodeOf<'AlterTableCmd'>,
  { isPartitioned, hasTriggers }: { isPartitioned: boolean; hasTriggers: boolean },
): boolean {
  if (GO_DOWN.has(subtype)) return true;
  if (subtype === 'AT_AddConstraint') {
    const constraint = def !== undefined && 'Constraint' in def ? def.Constraint : {};
    const inherited = constraint.contype === 'CONSTR_CHECK' || constraint.contype === 'CONSTR_NOTNULL';
    return inherited ? constraint.is_no_inherit !== true : isPartitioned;
  }
  return isPartitioned && hasTriggers && /^AT_(?:Enable|Disable)\w*Trig/.test(subtype ?? '');
}

function judgeCommand(command: NodeOf<'AlterTableCmd'>, on: { table: string; alone: boolean } & Judged): Effect {
  const judge = command.subtype === undefined ? undefined : COMMANDS[command.subtype];
  if (judge !== undefined) return judge(command, on);
  return effect({ what: (command.subtype ?? '?').replace(/^AT_/, ''), locks: lock('ACCESS EXCLUSIVE', on.table), known: false });
}

/** A composite type: no table is locked, but tables made OF it follow (row 112). */
function alterComposite(statement: NodeOf<'AlterTableStmt'>, type: string, catalog: Catalog | undefined): Effect {
  const what = commandsOf(statement).map((command) => {
    if (command.subtype === 'AT_AddColumn') return 'ADD ATTRIBUTE';
    return command.subtype === 'AT_DropColumn' ? 'DROP ATTRIBUTE' : 'ALTER ATTRIBUTE';
  });
  const typed = typedTables(catalog, type);
  const cascades = commandsOf(statement).some(({ behavior }) => behavior === 'DROP_CASCADE');
  const changes = commandsOf(statement).some(({ subtype }) => subtype === 'AT_AlterColumnType');
  return effect({
    what: `ALTER TYPE ${type} ${what.join(', ')}`,
    locks: lock('ACCESS EXCLUSIVE', type, ...(cascades ? typed.tables : [])),
    rewrites: cascades && changes ? typed.tables : [],
    scans: cascades && changes ? typed.tables : [],
    hazards: [
      ...(changes && typed.columns.length > 0
        ? [fails('0A000', `${typed.columns[0]} is a column of ${type}, and its values would have to be written anew.`)]
        : []),
      ...(typed.tables.length > 0 && !cascades
        ? [fails('2BP01', `${typed.tables.join(', ')} is made of ${type}, and follows it only with CASCADE.`)]
        : []),
    ],
  });
}

/** ALTER INDEX SET and ATTACH PARTITION lock the index; queries on its table go on (row 86). */
function alterIndex(statement: NodeOf<'AlterTableStmt'>, index: string, judged: Judged): Effect {
  const [command] = commandsOf(statement);
  if (command?.subtype === 'AT_AttachPartition') {
    const child = command.def !== undefined && 'PartitionCmd' in command.def ? relationOf(command.def.PartitionCmd.name) : '';
    return effect({
      what: `ALTER INDEX ${index} ATTACH PARTITION ${child}`,
      locks: [
        ...lock('SHARE UPDATE EXCLUSIVE', index),
        ...lock('ACCESS EXCLUSIVE', child),
        ...lock('ACCESS SHARE', ...[index, child].flatMap((name) => tableOfIndex(judged.context.catalog, name) ?? [])),
      ],
      hazards: judged.context.catalog === undefined ? [dependsOn('the tables of the two indexes, which are locked in ACCESS SHARE')] : [],
    });
  }
  const effects = commandsOf(statement).map((each) => judgeCommand(each, { table: index, alone: true, ...judged }));
  return effect({
    what: `ALTER INDEX ${index} ${effects.map(({ what }) => what).join(', ')}`,
    locks: effects.flatMap(({ locks }) => locks),
    rewrites: effects.flatMap(({ rewrites }) => rewrites),
    hazards: effects.flatMap(({ hazards }) => hazards),
    known: effects.every(({ known }) => known),
  });
}
