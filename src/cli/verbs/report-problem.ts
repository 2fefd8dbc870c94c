import { EXIT } from '../exit.ts';
import { giveNewest } from '../newest.ts';
import type { Cli } from '../session.ts';

/** `offpeak report-problem --note <words>`: the run holds, or is open again within thirty minutes of its first write, and is checked (R81). */
export function reportProblemVerb({ program, verb }: Cli): void {
  const command = program
    .command('report-problem')
    .description('say that something is wrong after the change: the run holds, and data and application are checked')
    .requiredOption('--note <words>', 'what you see, where, since when');
  verb<{ note: string }>(command, async (session, { note }) => {
    const run = await giveNewest(session, { type: 'report_problem', words: note });
    if (typeof run === 'number') return run;
    session.terminal.out(
      `Run #${run.number} holds, and the checks are run; nothing is undone. "offpeak logs -f" shows what they find, "offpeak status" the ways on.`,
    );
    return EXIT.done;
  });
}
