import { titleOf } from '../../domain/items.ts';
import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak acknowledge <item>`: your own word on a line that names you: stakeholders, on_call (R17, R18). */
export function acknowledgeVerb({ program, verb }: Cli): void {
  const command = program
    .command('acknowledge')
    .description('say for yourself that you know (stakeholders) or are available (on_call)')
    .argument('<item>');
  verb(command, async (session, _options, item = '') => {
    const run = await give(session, { type: 'acknowledge_item', item });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: your word on "${titleOf(item)}" is recorded.`);
    return EXIT.done;
  });
}
