import type { Entries, Entry } from './entry.ts';

/** Each of them is a name in `application_tests`. */
function tested(name: string, more = ''): Entry {
  return {
    by: ['button ask_tested', 'cli tested', 'step test', 'hold tests_open', 'setting application_tests'],
    does: `\`${name}\` in \`application_tests\`: a person tries it while the run is observed and writes what they saw, or a hook of that name with \`when: [test]\` does.${more}`,
  };
}

/** From T-5 to T+15. */
export const ENTRIES_EXECUTION: Entries = {
  120: {
    by: ['step check', 'step dry_run', 'hold evidence', 'setting recheck_lead'],
    does: 'Health, dry run and every gate again; what has expired is read again or holds. What people gave and would run out before then is said when it is scheduled, and on the card.',
  },
  122: {
    by: ['step dry_run', 'cli migrate --dry-run'],
    does: 'Every run posts it: statements with locks and estimates. Nothing is executed.',
  },
  128: {
    by: ['button start', 'slash start', 'cli migrate', 'step begin', 'step apply'],
    does: 'By a worker, never by the process that answers Slack.',
  },
  131: {
    by: ['cli logs --follow', 'file src/slack/render/run-card.ts the live card'],
    does: 'Unit of units, rows, time left; kept in the ledger.',
  },
  135: {
    by: ['alert connections'],
    does: 'Above 80 % of the usable slots, or 30 % of them more than before the first write.',
  },
  137: {
    by: ['alert error_rate', 'setting readings.error_rate', 'file src/worker/new-issues.ts the list of new issues'],
    does: 'The rate, three of five readings; and where Sentry tells it, the issues first seen since the first write, with count and page, under the alert and in the report. What could not be listed is said.',
  },
  138: { by: ['alert p95', 'step begin'], does: 'Against the middle of the readings just before the first write, of the same source.' },
  139: {
    by: ['alert lock_waits', 'cli db health-checks', 'hold lock_budget', 'file src/target/lock-tries.ts short tries'],
    does: 'How many wait behind our own statement and who holds them up; our own statement gives way instead of keeping others waiting.',
  },
  141: {
    by: ['step validate', 'cli validate', 'hold validation_failed'],
    does: 'The `.validate.sql` of every migration, read-only: a row that comes back is a failure.',
  },
  147: { by: ['step validate', 'setting hooks'], does: 'An executable under `hooks:` with `when: [smoke]`: its exit code must be 0.' },
  150: { by: ['step validate', 'item app_health', 'setting application.health'], does: 'Must answer 2xx in time.' },
  154: {
    by: ['step finish', 'setting observe'],
    does: 'Not before T+15 and as much later as a source was dark, not while an alert stands, and not before everything was validated once more; the monitors run from preparation to the end.',
  },
  156: {
    by: ['step validate', 'cli validate', 'hold validation_failed'],
    does: 'Right after the last statement, and once more at T+15 before the end: queries, health, and the smoke hooks.',
  },
  162: {
    by: ['step validate'],
    does: 'What `.validate.sql` asserts, and `./scripts/verify-data-integrity.sh` as a hook with `when: [smoke]`.',
  },
  165: { by: ['step validate', 'setting hooks'], does: 'An executable under `hooks:` with `when: [smoke]`: its exit code must be 0.' },
  169: tested('user-registration', ' The run does not complete while one has not passed, unless somebody vouches for it.'),
  171: tested('lead-capture'),
  172: tested('tenant-changes'),
  173: tested('login'),
  175: {
    by: ['step finish', 'hold not_as_before', 'alert error_rate'],
    does: 'Under 0.1 % at the end, or the run holds with the number: a person vouches for it, or rolls back.',
  },
  177: {
    by: ['step finish', 'hold not_as_before', 'alert p95'],
    does: 'Within 5 % of the reading before the first write, or below 100 ms, where nobody feels it; else the run holds with both numbers.',
  },
  178: {
    by: ['step finish', 'alert long_queries', 'hold not_as_before', 'setting limits.statement_mean'],
    does: 'The run does not finish while a query is older than 30 s. Where pg_stat_statements can be read, a statement whose mean since the first write is above 1 s, and was not before, holds the end; where it cannot, the report says so.',
  },
  179: {
    by: ['step finish', 'hold not_as_before', 'setting readings.user_activity', 'setting limits.activity_band'],
    does: 'Where a source is named (any PromQL): within the band of the same moment of the four weeks before, or the end holds with the numbers.',
    open: {
      today: 'Where no source is named, compare with the same hour of earlier weeks in analytics.',
      why: 'Only Prometheus is asked what was in earlier weeks.',
    },
  },
  185: {
    by: [
      'setting pager',
      'button roll_back',
      'button hold_five',
      'button acknowledge_alert',
      'setting auto_rollback',
      'file src/slack/render/alert.ts the alert',
    ],
    does: 'An alert goes to the whole channel with the buttons under it. With `auto_rollback: { after: 60s }` Offpeak counts down and rolls back by itself, when nothing is lost by it, the readings confirm it and nobody objects. One that says roll back calls the on-call.',
  },
  189: {
    by: ['alert error_rate', 'button roll_back', 'hold alert'],
    does: 'Three of five readings above 1 %; no forward statement begins meanwhile.',
  },
  190: {
    by: ['alert p95', 'button roll_back'],
    does: 'More than 20 % above the reading before, and above 100 ms.',
  },
  191: {
    by: ['alert database_errors', 'setting readings.database_errors', 'button roll_back'],
    does: 'More than before the first write. They are counted where the logs go, by a query on Prometheus or a number in JSON, or by the application in its own metrics; where nobody counts them there is no such alert, and people watch the log.',
  },
  192: {
    by: ['hold statement_failed', 'button roll_back'],
    does: 'It holds with the error, file and line; a person decides, or the countdown of `auto_rollback`.',
  },
  196: {
    by: ['button roll_back', 'step stop', 'button stop_after_step'],
    does: 'Cancels, then terminates the recorded backend, and confirms that it is gone.',
  },
  202: {
    by: ['step stop', 'cli status', 'file src/target/recover.ts what was left'],
    does: 'Marker and catalog say what was applied, what was not, and what is half-built.',
  },
  206: {
    by: ['button roll_back', 'slash rollback', 'cli rollback --force', 'step undo', 'refusal already_rolling_back'],
    does: 'What this run applied, last first, at any hour. The question says what would be lost; `/migrate rollback` asks when something would be lost or nobody knows, `--force` refuses then. `--accept-loss` beside it goes on all the same.',
  },
  212: { by: ['step verify_rollback', 'cli status'], does: 'The schema must be the one from before the first write.' },
  216: { by: ['step verify_rollback'], does: 'The validations of what stays applied.' },
  222: {
    by: ['step verify_rollback', 'setting hooks', 'slash hook'],
    does: 'Health, and the hooks with `when: [smoke]`; what they find stands in the result.',
  },
  225: {
    by: ['file src/worker/recovery.ts the recovery', 'setting monitor.recovered', 'cli logs'],
    does: 'The monitor stays on until every signal was well for 5 min; "Recovered" is posted, or after an hour what is not.',
  },
  229: {
    by: ['button report_problem', 'cli report-problem', 'hold problem_reported', 'refusal extended_over'],
    does: 'While it is watched and for thirty minutes after the first write: the run holds, or is open again, and the thread shows the ways back, each with its price and time. Later the button says that it is an incident of its own.',
  },
  235: {
    by: ['step assess', 'cli validate', 'slash hook', 'cli hook'],
    does: 'The validations of everything applied, at once with the report; at any time by hand, `./scripts/verify-data-consistency.sh` as a hook.',
  },
  241: {
    by: ['step assess', 'slash hook', 'cli hook', 'cli hooks'],
    does: 'The executables with `when: [smoke]` and the health of the application, at once with the report; as a hook by its name at any time.',
  },
  245: {
    by: ['button ask_restore', 'cli restore --list', 'cli backup --list'],
    does: 'Proved ones, this run’s first: time, size, log position, and what would be lost.',
  },
  251: {
    by: [
      'button approve_restore',
      'cli restore --approve',
      'step restore',
      'step switch',
      'refusal second_person',
      'refusal wrong_database',
    ],
    does: 'Into a new database on the same server, by two people and with the name typed; then switched by renaming, in one transaction, and the old one is kept. The rows that are lost are counted before. Where it cannot be, the moment and the steps of a recovery are shown.',
  },
  254: {
    by: ['step validate_restore', 'hold restore_failed'],
    does: 'Every row count, sampled value, object, owner and right, and every validation, before the switch: otherwise nothing is switched.',
  },
  258: {
    by: ['file src/slack/render/report.ts the report', 'file src/slack/render/problem.ts the resolution'],
    does: 'The result goes to the whole channel by itself.',
  },
  260: {
    by: ['file src/slack/render/problem.ts the resolution'],
    does: 'Those of `stakeholders:` are mentioned when the problem is over.',
  },
  261: {
    by: ['button write_lessons', 'cli lessons'],
    does: 'A run that had a problem or was restored stays open until they are written.',
  },
};
