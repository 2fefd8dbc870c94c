import type { Hazard, LockMode } from '../../domain/plan.ts';
import { derived, quoted } from '../names.ts';
import { alterType } from './alter-type.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudge, CommandJudges } from './effect.ts';
import { isProvedNotNull, mayBeProved } from './not-null-proof.ts';
import { columnOf, ownedSequences } from './reach.ts';
import type { Found } from './reach.ts';

/** ALTER COLUMN …, rows 33–55. */
export const alterColumn: CommandJudges = {
  AT_AlterColumnType: alterType,
  AT_SetNotNull(command, { table, context }) {
    const column = quoted(command.name ?? '');
    const recipe = `ALTER TABLE ${table} ADD CONSTRAINT ${derived(column, 'set')} CHECK (${column} IS NOT NULL) NOT VALID;\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${derived(column, 'set')};\nALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;\nALTER TABLE ${table} DROP CONSTRAINT ${derived(column, 'set')};`;
    const found = columnOf(context.catalog, table, command.name);
    const what = `ALTER COLUMN ${column} SET NOT NULL`;
    if (found !== null && isProvedNotNull(found.catalog, found.relation, found.column))
      return effect({ what, locks: lock('ACCESS EXCLUSIVE', table) });
    return effect({
      what,
      locks: lock('ACCESS EXCLUSIVE', table),
      scans: [table],
      hazards: [
        warning('scan_not_null', `Every row of ${table} is read while nobody else reads or writes it.`, recipe),
        ...(found === null || mayBeProved(found.catalog, found.relation)
          ? [dependsOn(`a valid CHECK (${column} IS NOT NULL), which spares the scan`)]
          : []),
      ],
    });
  },
  AT_SetExpression(command, { table, context }) {
    const column = quoted(command.name ?? '');
    const found = columnOf(context.catalog, table, command.name);
    if (found?.column.generated === 'virtual')
      return effect({ what: `ALTER COLUMN ${column} SET EXPRESSION`, locks: lock('ACCESS EXCLUSIVE', table) });
    return effect({
      what: `ALTER COLUMN ${column} SET EXPRESSION`,
      locks: lock('ACCESS EXCLUSIVE', table),
      rewrites: [table],
      scans: [table],
      hazards: [
        danger(
          'rewrite_generated',
          `${column} is computed again for each row: ${table} is rewritten, and nobody reads or writes it meanwhile.`,
        ),
      ],
    });
  },
  AT_ColumnDefault(command, { table }) {
    const what = `ALTER COLUMN ${quoted(command.name ?? '')} ${command.def === undefined ? 'DROP' : 'SET'} DEFAULT`;
    return effect({ what, locks: lock('ACCESS EXCLUSIVE', table) });
  },
  AT_DropNotNull(command, { table, context }) {
    const column = quoted(command.name ?? '');
    const hazard = note('drop_not_null', `Code that trusts ${column} to have a value meets NULL from now on.`);
    return effect({
      what: `ALTER COLUMN ${column} DROP NOT NULL`,
      locks: lock('ACCESS EXCLUSIVE', table),
      hazards: [hazard, ...mustStayNotNull(columnOf(context.catalog, table, command.name))],
    });
  },
  AT_SetStatistics: column('SET STATISTICS', 'SHARE UPDATE EXCLUSIVE'),
  AT_SetOptions: column('SET (…)', 'SHARE UPDATE EXCLUSIVE'),
  AT_ResetOptions: column('RESET (…)', 'SHARE UPDATE EXCLUSIVE'),
  AT_SetStorage: column('SET STORAGE', 'ACCESS EXCLUSIVE'),
  AT_SetCompression: column('SET COMPRESSION', 'ACCESS EXCLUSIVE'),
  AT_AddIdentity: column('ADD IDENTITY', 'ACCESS EXCLUSIVE'),
  AT_SetIdentity(command, on) {
    const judged = column('SET GENERATED', 'ACCESS EXCLUSIVE', 'SHARE ROW EXCLUSIVE')(command, on);
    const options = command.def !== undefined && 'List' in command.def ? (command.def.List.items ?? []) : [];
    const restarts = options.some((node) => 'DefElem' in node && node.DefElem.defname !== 'generated');
    const sequences = judged.locks.map(({ relation }) => relation).filter((name) => name !== on.table);
    return { ...judged, rewrites: restarts ? sequences : [] };
  },
  AT_DropIdentity: column('DROP IDENTITY', 'ACCESS EXCLUSIVE', 'ACCESS EXCLUSIVE'),
  AT_DropExpression: column('DROP EXPRESSION', 'ACCESS EXCLUSIVE'),
  AT_AlterColumnGenericOptions: column('OPTIONS', 'ACCESS EXCLUSIVE'),
};

/** `onSequence`: the lock on the sequence that numbers an identity column. */
function column(words: string, mode: LockMode, onSequence?: LockMode): CommandJudge {
  return (command, { table, context }) => {
    const found = columnOf(context.catalog, table, command.name);
    const sequences = found === null ? [] : ownedSequences(found.catalog, found.relation, found.column.number).map(found.catalog.show);
    return effect({
      what: `ALTER COLUMN ${quoted(command.name ?? String(command.num ?? ''))} ${words}`,
      locks: [...lock(mode, table), ...(onSequence === undefined ? [] : lock(onSequence, ...sequences))],
      hazards:
        onSequence !== undefined && context.catalog === undefined ? [dependsOn('the sequence behind the column, which is locked too')] : [],
    });
  };
}

/** Columns PostgreSQL keeps NOT NULL: those of a primary key, and identity columns. */
function mustStayNotNull(found: Found | null): readonly Hazard[] {
  if (found === null) return [];
  const {
    catalog,
    relation,
    column: { name, identity },
  } = found;
  const isKey = catalog.constraintsOn(relation.id).some(({ kind, columns }) => kind === 'p' && columns.includes(name));
  if (isKey) return [fails('42P16', `${quoted(name)} is in the primary key of ${catalog.show(relation)}, which has no NULL.`)];
  return identity ? [fails('42601', `${quoted(name)} is an identity column, which has no NULL. DROP IDENTITY first.`)] : [];
}
