import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak cancel`: ends a run that has not touched the database. */
export function cancelVerb({ program, verb }: Cli): void {
  verb(program.command('cancel').description('call off a run that has not begun'), async (session) => {
    const run = await give(session, { type: 'cancel' });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} is cancelled. The database was not touched.`);
    return EXIT.done;
  });
}
