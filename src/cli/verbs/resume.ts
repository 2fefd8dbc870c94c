import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak resume`: lets a run that holds go on, with you as its watcher. */
export function resumeVerb({ program, verb }: Cli): void {
  verb(program.command('resume').description('let a run that holds go on'), async (session) => {
    const run = await give(session, { type: 'resume' });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} goes on, and you are watching. "offpeak logs -f" follows it.`);
    return EXIT.done;
  });
}
