import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak hold`: five minutes in which nothing goes forward and nothing is rolled back by itself. */
export function holdVerb({ program, verb }: Cli): void {
  verb(program.command('hold').description('five minutes to look at an alert: nothing goes forward or back by itself'), async (session) => {
    const run = await give(session, { type: 'hold_five' });
    if (typeof run === 'number') return run;
    session.terminal.out(
      `Run #${run.number}: nothing goes forward for five minutes. "offpeak resume" goes on, "offpeak rollback" takes it back.`,
    );
    return EXIT.done;
  });
}
