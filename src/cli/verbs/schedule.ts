import { runsOutWarning } from '../../slack/render/runs-out.ts';
import { EXIT } from '../exit.ts';
import { momentMeant } from '../moment.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak schedule [--at <when>]`: starts the approved run later; without a moment, at the next one that fits. */
export function scheduleVerb({ program, verb }: Cli): void {
  const command = program
    .command('schedule')
    .description('start the approved run at the next moment that fits')
    .option('--at <when>', 'the first write: 22:30, "2026-11-22 22:30" (in the zone of the target) or 2026-11-22T21:30Z');
  verb<{ at?: string }>(command, async (session, { at }) => {
    const now = await session.services.ledger.now();
    const t0 = at === undefined ? null : momentMeant(at, { now, zone: session.target.window.zone });
    const run = await give(session, { type: 'schedule', t0 });
    if (typeof run === 'number') return run;
    const first = run.scheduledFor === null ? '' : ` Its first write is at ${session.when(run.scheduledFor)}.`;
    const early = runsOutWarning(run, { now, people: session.services.people() }, session.when);
    session.terminal.out([`Run #${run.number} is scheduled.${first}`, early].filter((line) => line !== '').join('\n'));
    return EXIT.done;
  });
}
