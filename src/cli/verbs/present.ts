import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak present`: says that you are watching the run; without a watcher it holds (R8). */
export function presentVerb({ program, verb }: Cli): void {
  verb(program.command('present').description('say that you are watching the run'), async (session) => {
    const run = await give(session, { type: 'confirm_presence' });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: you are watching.`);
    return EXIT.done;
  });
}
