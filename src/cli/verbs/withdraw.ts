import { titleOf } from '../../domain/items.ts';
import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak withdraw <item>`: takes a confirmation, your own word or a waiver back; the start is locked again. */
export function withdrawVerb({ program, verb }: Cli): void {
  const command = program.command('withdraw').description('take back a confirmed, acknowledged or waived line').argument('<item>');
  verb(command, async (session, _options, item = '') => {
    const run = await give(session, { type: 'withdraw_item', item });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: "${titleOf(item)}" is open again.`);
    return EXIT.done;
  });
}
