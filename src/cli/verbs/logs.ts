import { BadUsage, EXIT } from '../exit.ts';
import { follow, printEvents, stoppedLooking } from '../follow.ts';
import { refused, type Cli, type Session } from '../session.ts';

/** `offpeak logs [run] [-f]`: everything that happened to a run, one line each; `-f` goes on until it is over. */
export function logsVerb({ program, verb }: Cli): void {
  const command = program
    .command('logs')
    .description('everything that happened to a run')
    .argument('[run]', 'its number (default: the open or latest run)')
    .option('-f, --follow', 'go on until it is over');
  verb<{ follow?: boolean }>(command, async (session, { follow: following }, number) => {
    const run = await chosen(session, number);
    if (run === null) return refused(session, { code: 'no_run', target: number === undefined ? session.target.name : `number ${number}` });
    if (!following) {
      await printEvents(session, run.id, 0);
      return EXIT.done;
    }
    const ended = await follow(session, run.id, 0);
    if (ended === null) stoppedLooking(session, run.number);
    return EXIT.done;
  });
}

async function chosen({ services, target }: Session, number: string | undefined) {
  if (number === undefined) return (await services.ledger.active(target.name)) ?? (await services.ledger.latest(target.name));
  if (!/^#?\d{1,9}$/.test(number)) throw new BadUsage(`"${number}" is no number of a run. "offpeak history" lists them.`);
  return services.ledger.byNumber(Number(number.replace('#', '')));
}
