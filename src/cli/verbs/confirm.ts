import { questionOf, isItem, titleOf } from '../../domain/items.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak confirm <item> --note <words>`: a person's line, with what they looked at. */
export function confirmVerb({ program, verb }: Cli): void {
  const command = program
    .command('confirm')
    .description('confirm a line of the checklist; offpeak status names them')
    .argument('<item>')
    .requiredOption('--note <words>', 'what you looked at, and what you saw');
  verb<{ note: string }>(command, async (session, { note }, item = '') => {
    if (isItem(item) && note.trim() === '') throw new BadUsage(`--note is empty. ${questionOf(item)}`);
    const run = await give(session, { type: 'confirm_item', item, note });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: "${titleOf(item)}" is confirmed.`);
    return EXIT.done;
  });
}
