import { derived, quoted } from '../names.ts';
import { danger, dependsOn, effect, lock, note, warning } from './effect.ts';
import type { CommandJudge, CommandJudges } from './effect.ts';
import type { LockMode } from '../../domain/plan.ts';
import { typeText } from './type-name.ts';

/** ALTER COLUMN …, rows 33–55. */
export const alterColumn: CommandJudges = {
  AT_AlterColumnType(command, { table, context }) {
    const column = quoted(command.name ?? '');
    const definition = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef : {};
    const type = typeText(definition.typeName);
    const others = [...(context.catalog?.referencing(table) ?? []), ...(context.catalog?.referencedBy(table) ?? [])];
    const recipe = `ALTER TABLE ${table} ADD COLUMN ${derived(column, 'new')} ${type};\n-- a trigger that keeps ${derived(column, 'new')} equal for new writes, then:\n-- offpeak: backfill table=${table} key=id\nUPDATE ${table} SET ${derived(column, 'new')} = ${column}::${type} WHERE ${derived(column, 'new')} IS NULL;\n-- later, in one transaction: rename ${column} away and ${derived(column, 'new')} to ${column}`;
    return effect({
      what: `ALTER COLUMN ${column} TYPE ${type}`,
      locks: [...lock('ACCESS EXCLUSIVE', table), ...(others.length === 0 ? [] : lock('ACCESS EXCLUSIVE', ...others))],
      rewrites: [table],
      scans: [table],
      hazards: [
        danger(
          'rewrite_type',
          `${table} is rewritten with its indexes unless the old and new type are stored alike; nobody reads or writes it meanwhile.`,
          recipe,
        ),
        dependsOn(
          `the present type of ${column}: widening varchar or numeric, or varchar to text, does not rewrite. A foreign key on it locks the other table too, and a view on it makes it fail`,
        ),
      ],
    });
  },
  AT_SetNotNull(command, { table }) {
    const column = quoted(command.name ?? '');
    const recipe = `ALTER TABLE ${table} ADD CONSTRAINT ${derived(column, 'set')} CHECK (${column} IS NOT NULL) NOT VALID;\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${derived(column, 'set')};\nALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;\nALTER TABLE ${table} DROP CONSTRAINT ${derived(column, 'set')};`;
    return effect({
      what: `ALTER COLUMN ${column} SET NOT NULL`,
      locks: lock('ACCESS EXCLUSIVE', table),
      scans: [table],
      hazards: [
        warning('scan_not_null', `Every row of ${table} is read while nobody else reads or writes it.`, recipe),
        dependsOn(`a valid CHECK (${column} IS NOT NULL), which spares the scan`),
      ],
    });
  },
  AT_SetExpression(command, { table }) {
    const column = quoted(command.name ?? '');
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
  AT_DropNotNull(command, { table }) {
    const column = quoted(command.name ?? '');
    const hazard = note('drop_not_null', `Code that trusts ${column} to have a value meets NULL from now on.`);
    return effect({ what: `ALTER COLUMN ${column} DROP NOT NULL`, locks: lock('ACCESS EXCLUSIVE', table), hazards: [hazard] });
  },
  AT_SetStatistics: column('SET STATISTICS', 'SHARE UPDATE EXCLUSIVE'),
  AT_SetOptions: column('SET (…)', 'SHARE UPDATE EXCLUSIVE'),
  AT_ResetOptions: column('RESET (…)', 'SHARE UPDATE EXCLUSIVE'),
  AT_SetStorage: column('SET STORAGE', 'ACCESS EXCLUSIVE'),
  AT_SetCompression: column('SET COMPRESSION', 'ACCESS EXCLUSIVE'),
  AT_AddIdentity: column('ADD IDENTITY', 'ACCESS EXCLUSIVE'),
  AT_SetIdentity: column('SET GENERATED', 'ACCESS EXCLUSIVE'),
  AT_DropIdentity: column('DROP IDENTITY', 'ACCESS EXCLUSIVE'),
  AT_DropExpression: column('DROP EXPRESSION', 'ACCESS EXCLUSIVE'),
  AT_AlterColumnGenericOptions: column('OPTIONS', 'ACCESS EXCLUSIVE'),
};

function column(words: string, mode: LockMode): CommandJudge {
  return (command, { table }) =>
    effect({ what: `ALTER COLUMN ${quoted(command.name ?? String(command.num ?? ''))} ${words}`, locks: lock(mode, table) });
}
