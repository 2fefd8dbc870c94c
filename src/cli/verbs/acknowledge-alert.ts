import { triggerNamed, TRIGGERS } from '../../domain/auto-rollback.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { give, type Cli } from '../session.ts';

/** `offpeak acknowledge-alert <alert>`: takes an alert upon oneself, so that Offpeak neither rolls back nor holds for it. */
export function acknowledgeAlertVerb({ program, verb }: Cli): void {
  const command = program
    .command('acknowledge-alert')
    .description('take an alert upon yourself: Offpeak neither rolls back nor holds for it')
    .argument('<alert>', TRIGGERS.join(', '));
  verb(command, async (session, _options, written = '') => {
    const alert = triggerNamed(written);
    if (alert === undefined) throw new BadUsage(`"${written}" is no alert. Write one of: ${TRIGGERS.join(', ')}.`);
    const run = await give(session, { type: 'acknowledge_alert', alert });
    if (typeof run === 'number') return run;
    session.terminal.out(`Run #${run.number}: the alert is yours. "offpeak rollback" takes the run back at any time.`);
    return EXIT.done;
  });
}
