import { isHumanItem, ITEM_TITLES } from '../../domain/items.ts';
import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak withdraw <item>`: takes a confirmation back; the start is locked again. */
export function withdrawVerb({ program, verb }: Cli): void {
  const command = program.command('withdraw').description('take back a confirmed line').argument('<item>');
  verb(command, async (session, _options, item = '') => {
    const run = await give(session, { type: 'withdraw_item', item });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: "${isHumanItem(item) ? ITEM_TITLES[item] : item}" is open again.`);
    return EXIT.done;
  });
}
