import type { LockMode } from '../../domain/plan.ts';
import { derived, relationOf } from '../names.ts';
import { dependsOn, effect, lock, note, warning } from './effect.ts';
import type { CommandJudges } from './effect.ts';

/** Partitions and inheritance, rows 86, 88–92. CREATE TABLE … PARTITION OF is with the tables. */
export const partitions: CommandJudges = {
  AT_AttachPartition(command, { table }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    return effect({
      what: `ATTACH PARTITION ${partition}`,
      locks: [...lock('ACCESS EXCLUSIVE', partition), ...lock('SHARE UPDATE EXCLUSIVE', table)],
      scans: [partition],
      hazards: [
        warning(
          'attach_scan',
          `${partition} is read whole under ACCESS EXCLUSIVE unless a valid CHECK proves its bounds.`,
          `ALTER TABLE ${partition} ADD CONSTRAINT ${derived(partition, 'bounds')} CHECK (…) NOT VALID;\n-- in a later file: VALIDATE it, create the parent's indexes on ${partition} CONCURRENTLY, then attach`,
        ),
        dependsOn(`a valid CHECK on ${partition}, and on a DEFAULT partition, which is locked and read too`),
      ],
    });
  },
  AT_DetachPartition(command, { table }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    if (part.concurrent === true) {
      return effect({
        what: `DETACH PARTITION ${partition} CONCURRENTLY`,
        locks: [...lock('SHARE UPDATE EXCLUSIVE', table), ...lock('ACCESS EXCLUSIVE', partition)],
        // The partition is locked only after everybody who used it through its parent is done.
        blocks: 'ddl',
        hazards: [
          note(
            'waits_for_transactions',
            `Waits for every transaction that uses ${table}. Refused when there is a DEFAULT partition; interrupted it leaves "detach pending": DETACH … FINALIZE.`,
          ),
        ],
      });
    }
    return effect({
      what: `DETACH PARTITION ${partition}`,
      locks: lock('ACCESS EXCLUSIVE', table, partition),
      hazards: [
        warning(
          'detach',
          `Nobody reads or writes ${table} for the moment it takes, nor while it waits.`,
          `ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY;`,
        ),
        dependsOn('whether there is a DEFAULT partition, which is locked too'),
      ],
    });
  },
  AT_DetachPartitionFinalize(command, { table }) {
    const part = command.def !== undefined && 'PartitionCmd' in command.def ? command.def.PartitionCmd : {};
    const partition = relationOf(part.name);
    return effect({
      what: `DETACH PARTITION ${partition} FINALIZE`,
      locks: [...lock('SHARE UPDATE EXCLUSIVE', table), ...lock('ACCESS EXCLUSIVE', partition)],
    });
  },
  AT_AddInherit: inheritance('INHERIT', 'SHARE UPDATE EXCLUSIVE'),
  AT_DropInherit: inheritance('NO INHERIT', 'ACCESS SHARE'),
};

function inheritance(words: string, mode: LockMode): NonNullable<CommandJudges['AT_AddInherit']> {
  return (command, { table }) => {
    const parent = command.def !== undefined && 'RangeVar' in command.def ? relationOf(command.def.RangeVar) : '';
    return effect({ what: `${words} ${parent}`, locks: [...lock('ACCESS EXCLUSIVE', table), ...lock(mode, parent)] });
  };
}
