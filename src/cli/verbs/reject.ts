import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak reject --reason <words>`: ends the run before it begins. */
export function rejectVerb({ program, verb }: Cli): void {
  const command = program.command('reject').description('reject the plan').requiredOption('--reason <words>', 'why');
  verb<{ reason: string }>(command, async (session, { reason }) => {
    const run = await give(session, { type: 'reject', reason });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number} is rejected and over. The database was not touched.`);
    return EXIT.done;
  });
}
