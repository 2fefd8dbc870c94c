import { EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';
import { advice } from '../views/advice.ts';
import { checklistView } from '../views/run.ts';

/** `offpeak checklist`: begins the checklist of the planned run. */
export function checklistVerb({ program, verb }: Cli): void {
  verb(program.command('checklist').description('begin the checklist of the planned run'), async (session) => {
    const run = await give(session, { type: 'start_checklist' });
    if (typeof run === 'number') return run;
    const now = await session.services.ledger.now();
    session.terminal.out(`The checklist of run #${run.number} has begun; a worker reads the machine lines.\n`);
    session.terminal.out(`${checklistView({ run, now }, session.services.people())}\n\nNext      ${advice(run)}`);
    return EXIT.done;
  });
}
