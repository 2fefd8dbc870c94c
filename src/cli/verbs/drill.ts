import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak drill`: takes and restores a backup at once, after an attempt that failed (R21). */
export function drillVerb({ program, verb }: Cli): void {
  const command = program.command('drill').description('take and restore a backup now, after an attempt that failed');
  verb(command, async (session) => {
    const run = await give(session, { type: 'run_drill' });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: a worker takes a new backup and restores it. "offpeak status" shows what comes of it.`);
    return EXIT.done;
  });
}
