import { titleOf } from '../../domain/items.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak waive <item> --reason <words>`: lets a line stay open, by the role the plan names for it (R35). */
export function waiveVerb({ program, verb }: Cli): void {
  const command = program
    .command('waive')
    .description('let a line of the checklist stay open, with a reason')
    .argument('<item>')
    .requiredOption('--reason <words>', 'why it may stay open; everybody reads it');
  verb<{ reason: string }>(command, async (session, { reason }, item = '') => {
    if (reason.trim() === '') throw new BadUsage('--reason is empty. Write why the line may stay open.');
    const run = await give(session, { type: 'waive_item', item, reason });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: "${titleOf(item)}" is waived. Take it back with offpeak withdraw ${item}.`);
    return EXIT.done;
  });
}
