import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak raise --reason <words>`: wants a staging run although the rule finds the plan trivial; nothing lowers the class again (R7). */
export function raiseVerb({ program, verb }: Cli): void {
  const command = program
    .command('raise')
    .description('want a staging run although the plan is trivial')
    .requiredOption('--reason <words>', 'why; everybody reads it');
  verb<{ reason: string }>(command, async (session, { reason }) => {
    if (reason.trim() === '') throw new BadUsage('--reason is empty. Write why it should be tried out first.');
    const run = await give(session, { type: 'raise_class', reason });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} is non-trivial now. "offpeak staging" tries it out.`);
    return EXIT.done;
  });
}
