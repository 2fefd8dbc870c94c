import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak hold`: holds at the next safe point, whatever the run is doing. */
export function holdVerb({ program, verb }: Cli): void {
  verb(program.command('hold').description('hold at the next safe point, whatever the run is doing'), async (session) => {
    const run = await give(session, { type: 'hold_run' });
    if (typeof run === 'number') return run;
    const when = run.state === 'holding' ? 'holds' : 'holds after this step';
    session.terminal.out(`Run #${run.number} ${when}. "offpeak resume" goes on, "offpeak rollback" takes it back.`);
    return EXIT.done;
  });
}
