import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';
import { missingTests } from '../../domain/application-tests.ts';

/** `offpeak tested <name> --note <words>`: an application test that a person did after the change (R61–R64). */
export function testedVerb({ program, verb }: Cli): void {
  const command = program
    .command('tested')
    .description('record an application test that you did after the change; offpeak status names them')
    .argument('<name>')
    .requiredOption('--note <words>', 'what you did, and what you saw');
  verb<{ note: string }>(command, async (session, { note }, test = '') => {
    if (note.trim() === '') throw new BadUsage('--note is empty. Write what you did, and what you saw.');
    const run = await give(session, { type: 'confirm_test', test, note });
    if (typeof run === 'number') return run;
    const left = missingTests(run).map(({ name }) => name);
    const rest = left.length === 0 ? 'All have passed.' : `Not passed yet: ${left.join(', ')}.`;
    const held = run.holding?.reason === 'tests_open' ? ' "offpeak resume" goes on to the end.' : '';
    session.terminal.out(`Run #${run.number}: the test ${test} is recorded. ${rest}${held}`);
    return EXIT.done;
  });
}
