import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak stop`: lets the running step finish and holds then. */
export function stopVerb({ program, verb }: Cli): void {
  verb(program.command('stop').description('hold after the step that is running'), async (session) => {
    const run = await give(session, { type: 'stop_after_step' });
    if (typeof run === 'number') return run;
    const when = run.state === 'holding' ? 'holds' : 'holds after this step';
    session.terminal.out(`Run #${run.number} ${when}. "offpeak resume" goes on, "offpeak rollback" takes it back.`);
    return EXIT.done;
  });
}
