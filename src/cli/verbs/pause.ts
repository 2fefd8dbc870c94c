import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak pause`: holds a backfill at the key it has reached. */
export function pauseVerb({ program, verb }: Cli): void {
  verb(program.command('pause').description('hold the backfill that runs; what is filled is kept'), async (session) => {
    const run = await give(session, { type: 'pause' });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} is paused. "offpeak resume" goes on behind the last key, "offpeak rollback" takes it back.`);
    return EXIT.done;
  });
}
