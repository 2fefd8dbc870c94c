import { EXIT } from '../exit.ts';
import { giveNewest } from '../newest.ts';
import type { Cli } from '../session.ts';

/** `offpeak lessons --note <words>`: closes a run that had a problem or was restored (R89). */
export function lessonsVerb({ program, verb }: Cli): void {
  const command = program
    .command('lessons')
    .description('write down what was learned, and close a run that had a problem or was restored')
    .requiredOption('--note <words>', 'what was learned, and what will be done otherwise');
  verb<{ note: string }>(command, async (session, { note }) => {
    const run = await giveNewest(session, { type: 'record_lessons', lessons: note });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} is closed, with what was learned.`);
    return EXIT.done;
  });
}
