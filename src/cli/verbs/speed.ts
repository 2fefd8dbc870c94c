import { speedOf, SPEEDS } from '../../domain/backfill.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak speed <percent>`: how fast the backfill may go, from its next batch on. */
export function speedVerb({ program, verb }: Cli): void {
  const command = program
    .command('speed')
    .description(`how fast the backfill may go: ${SPEEDS.join(', ')} per cent`)
    .argument('<percent>', 'below 100 it works that share of the time; 200 makes its batches twice as long');
  verb(command, async (session, _options, written = '') => {
    const percent = speedOf(Number(written.replace(/\s*%$/, '') || Number.NaN));
    if (percent === null) throw new BadUsage(`"${written}" is no speed. Write one of: ${SPEEDS.join(', ')}.`);
    const run = await give(session, { type: 'set_speed', percent });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: the backfill goes at ${percent} % from its next batch on.`);
    return EXIT.done;
  });
}
