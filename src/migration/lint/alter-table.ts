import type { NodeOf, CommandJudges, Effect, Judged, Judges } from './effect.ts';
import { quoted, relationOf } from '../names.ts';
import { addColumn } from './add-column.ts';
import { alterColumn } from './alter-column.ts';
import { constraints } from './constraints.ts';
import { danger, effect, lock } from './effect.ts';
import { partitions } from './partitions.ts';
import { tableOptions } from './table-options.ts';

const dropColumn: CommandJudges = {
  AT_DropColumn(command, { table }) {
    const column = quoted(command.name ?? '');
    const cascade = command.behavior === 'DROP_CASCADE';
    return effect({
      what: `DROP COLUMN ${column}${cascade ? ' CASCADE' : ''}`,
      locks: lock('ACCESS EXCLUSIVE', table),
      hazards: [
        danger(
          'drop_column',
          `The values of ${table}.${column} are gone; code that still names it fails. Stop using it one release earlier.`,
        ),
        ...(cascade ? [CASCADE] : []),
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
    if (words === 'ALTER TYPE') return alterComposite(statement, table);
    if (words === 'ALTER INDEX') return alterIndex(statement, table, judged);
    const commands = commandsOf(statement);
    const effects = commands.map((command) => judgeCommand(command, { table, alone: commands.length === 1, ...judged }));
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

function commandsOf(statement: NodeOf<'AlterTableStmt'>) {
  return (statement.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
}

function judgeCommand(command: NodeOf<'AlterTableCmd'>, on: { table: string; alone: boolean } & Judged): Effect {
  const judge = command.subtype === undefined ? undefined : COMMANDS[command.subtype];
  if (judge !== undefined) return judge(command, on);
  return effect({ what: (command.subtype ?? '?').replace(/^AT_/, ''), locks: lock('ACCESS EXCLUSIVE', on.table), known: false });
}

/** A composite type: no table is locked, but tables made OF it follow (row 112). */
function alterComposite(statement: NodeOf<'AlterTableStmt'>, type: string): Effect {
  const what = commandsOf(statement).map((command) => {
    if (command.subtype === 'AT_AddColumn') return 'ADD ATTRIBUTE';
    return command.subtype === 'AT_DropColumn' ? 'DROP ATTRIBUTE' : 'ALTER ATTRIBUTE';
  });
  return effect({ what: `ALTER TYPE ${type} ${what.join(', ')}`, locks: lock('ACCESS EXCLUSIVE', type) });
}

/** ALTER INDEX SET and ATTACH PARTITION lock the index; queries on its table go on (row 86). */
function alterIndex(statement: NodeOf<'AlterTableStmt'>, index: string, judged: Judged): Effect {
  const [command] = commandsOf(statement);
  if (command?.subtype === 'AT_AttachPartition') {
    const child = command.def !== undefined && 'PartitionCmd' in command.def ? relationOf(command.def.PartitionCmd.name) : '';
    return effect({
      what: `ALTER INDEX ${index} ATTACH PARTITION ${child}`,
      locks: [...lock('SHARE UPDATE EXCLUSIVE', index), ...lock('ACCESS EXCLUSIVE', child)],
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
