import { personsTests } from '../../domain/application-tests.ts';
import { begunBackfill } from '../../domain/backfill.ts';
import { restoreId } from '../../domain/restore.ts';
import { endsByItself, type Run } from '../../domain/run.ts';

const BACK = '"offpeak rollback" takes it back at any time.';

const WORKING = `"offpeak logs -f" follows it, "offpeak stop" stops after this step. ${BACK}`;

const OVER: Readonly<Record<string, string>> = { freeze: 'the freeze is', peak_hours: 'peak hours are', alert: 'the alert is' };

/** What a person at the terminal does next. */
export function advice(run: Run): string {
  switch (run.state) {
    case 'planned':
      return '"offpeak checklist" begins the checklist.';
    case 'checklist':
      return '"offpeak confirm <item> --note …" for your lines, "offpeak acknowledge <item>" where you are named; two others: "offpeak approve".';
    case 'approved':
      return '"offpeak migrate" starts it now, "offpeak schedule" at the next moment that fits.';
    case 'scheduled':
      return 'It starts by itself. "offpeak cancel" calls it off.';
    case 'migrating':
      if (begunBackfill(run) !== null)
        return `"offpeak pause" holds the backfill, "offpeak speed 50" slows it, "offpeak logs -f" follows it. ${BACK}`;
      return WORKING;
    case 'preparing':
      return WORKING;
    case 'validating':
    case 'observing':
      if (personsTests(run).length > 0) return `"offpeak tested <name> --note …" for the tests of people. ${BACK}`;
      return `"offpeak logs -f" follows it. ${BACK}`;
    case 'holding':
      if (run.holding?.reason === 'not_green' || run.holding?.reason === 'evidence')
        return `Mend what does not pass, or let a line stay open: "offpeak waive <item> --reason …". Then "offpeak resume" goes on. ${BACK}`;
      if (run.holding?.reason === 'tests_open')
        return `"offpeak tested <name> --note …" for what is open, then "offpeak resume"; before that it vouches for the tests. ${BACK}`;
      if (run.restore !== null)
        return `"offpeak restore --approve ${restoreId(run.restore)}" agrees to the restore, as a second person. ${BACK}`;
      if (run.holding?.reason === 'problem_reported')
        return `"offpeak resume" when it is no problem. ${BACK} "offpeak restore --list" shows what else there is.`;
      if (!endsByItself(run)) return `"offpeak resume" goes on. ${BACK}`;
      return `It goes on by itself when ${OVER[run.holding?.reason ?? ''] ?? 'that is'} over. ${BACK}`;
    case 'stopping':
    case 'rolling_back':
      return '"offpeak logs -f" follows the rollback.';
    case 'rollback_failed':
      return 'The database is as described above. Mend the cause, then "offpeak rollback" tries again. "offpeak restore --list" shows the backups to go back to.';
    case 'restoring':
      return run.restore?.sent === undefined || (run.restore.sent.accepted && run.restore.sent.unsure === '')
        ? '"offpeak logs -f" follows the restore.'
        : '"offpeak logs -f" follows it. Look at the provider whether it goes on; "offpeak restore --not-done" when it does not, "--done" when it is done and not noticed here.';
    case 'restored':
    case 'completed':
    case 'rolled_back':
    case 'cancelled':
    case 'failed':
      return '"offpeak plan" makes a new plan.';
  }
}
