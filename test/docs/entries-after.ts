import { NO_CONTACTS, NO_TASKS, type Entries } from './entry.ts';

const OUTAGE = {
  today: 'Tell #database-emergency yourself.',
  why: 'No emergency card is posted; the hold stands in the channel of the run.',
};
const LINK = { today: 'Keep the link in the description of the channel.', why: 'The card has no list of references.' };
const DECIDE = {
  today: 'Decide together what it is; **Roll back now** while the run is open.',
  why: 'Nothing looks for corruption, and no form reports it.',
};

/** Monitoring, emergencies, and what follows a run. */
export const ENTRIES_AFTER: Entries = {
  267: {
    by: ['file src/slack/render/alert.ts the alert', 'file src/slack/render/chart.ts its chart', 'setting limits'],
    does: 'One message for each metric, edited in place, with value, limit, reading before, since when, what the runbook asks for and what Offpeak will do, and a chart of its minutes. Limits are part of what is approved; a run keeps its own.',
  },
  271: { by: ['alert error_rate', 'button roll_back'], does: '"Consider rolling back"; above 1 % it says to roll back.' },
  272: { by: ['alert p95'], does: 'The stricter line 190 comes first; looser limits bring "look closer" back.' },
  273: { by: ['alert connections'] },
  274: { by: ['alert long_queries'], does: 'With pid and query, its values hidden.' },
  275: { by: ['alert lock_waits'], does: 'Sessions, each once, with the one that holds them up.' },
  280: { by: ['cli db health-checks', 'slash db'], does: 'Sessions by state.' },
  283: { by: ['cli db check-long-queries', 'slash db'] },
  286: { by: ['cli db health-checks', 'slash db'], does: 'Each waiter with those it waits for.' },
  294: {
    by: ['hold target_unreachable', 'file src/target/recover.ts finding out'],
    does: 'Before anything goes on, the target says what was applied.',
  },
  296: {
    by: ['hold target_unreachable', 'hold monitor_silent', 'cli doctor'],
    does: 'A run that works holds after a minute without its database, and when its monitor is silent.',
    open: OUTAGE,
  },
  299: {
    by: ['file src/sources/database-failure.ts what failed'],
    does: 'Said in a sentence on the card and by `offpeak doctor`.',
    open: OUTAGE,
  },
  300: {
    by: ['alert error_rate', 'step finish'],
    does: 'Failing requests raise the alert; metrics that went dark keep the run from finishing.',
    open: { today: 'Look at the application.', why: 'Health is asked before the start and when validating, not in between.' },
  },
  304: {
    by: ['item platform', 'setting readings.platform', 'cli doctor --only'],
    does: 'A line of the checklist where a source is named; `offpeak doctor --only "Reading platform"` asks the project and the status page at any time.',
  },
  310: {
    by: ['cli doctor'],
    does: 'Says whether target, scratch server and application can be reached from here.',
    open: {
      today: 'Look up both families (A and AAAA), and try the pooler as well.',
      why: 'Names and ports are not looked up one by one.',
    },
  },
  317: { open: { today: 'Open a case with Supabase when the doctor says that the platform is ill.', why: NO_CONTACTS } },
  319: { open: { today: 'Call the database team when the doctor says that it is the configuration.', why: NO_CONTACTS } },
  321: { open: DECIDE },
  326: {
    by: ['hold validation_failed'],
    does: 'Where a `.validate.sql` asks for it.',
    open: DECIDE,
  },
  327: { open: DECIDE },
  331: {
    open: {
      today: 'Scale the named deployment down, or pause the project in Vercel, by hand; note what it was.',
      why: 'Offpeak has no right on the application, and does not ask for one.',
    },
  },
  340: {
    by: ['cli validate', 'slash hook', 'cli hook'],
    does: 'What the `.validate.sql` assert, and `./scripts/data-consistency-check.sh` as a hook.',
  },
  346: {
    open: {
      today: 'Run `amcheck` and look for invalid constraints and indexes by hand.',
      why: 'The catalog is compared by schema, not searched for damage.',
    },
  },
  350: {
    by: [
      'item archive',
      'cli backup --list',
      'step point_in_time',
      'button give_up_restore',
      'button restore_was_done',
      'refusal restore_impossible',
      'file src/target/backup/restore-point.ts the restore point',
    ],
    does: 'Each backup keeps log position, server time and, where the role may, a named point: the moment to recover to. No first write before it is archived. On Supabase two people have it done, in place, to that moment alone (`backup.point_in_time`).',
    open: { today: 'With another provider: recover in its console to that moment.', why: 'Only Supabase is asked by its API.' },
  },
  352: {
    by: ['button ask_restore', 'cli restore', 'cli backup --fetch'],
    does: 'Beside the live database, compared, then switched; of a run that holds, failed to roll back, or is younger than thirty minutes.',
    open: {
      today: 'Without such a run: `pg_restore -d` into a new database, then switch.',
      why: 'A restore belongs to a run; corruption that is found later has none.',
    },
  },
  353: {
    open: {
      today: 'Write a migration and take it through a plan: it gets approvals, a proof and a way back.',
      why: 'No repair is offered by itself.',
    },
  },
  361: { by: ['step validate', 'setting hooks'], does: 'An executable under `hooks:` with `when: [smoke]`: its exit code must be 0.' },
  365: { by: ['step validate', 'setting hooks'], does: 'An executable under `hooks:` with `when: [smoke]`: its exit code must be 0.' },
  368: {
    by: ['step finish', 'hold not_as_before', 'file src/slack/render/report.ts before and after'],
    does: 'Judged at the end; the report has both numbers side by side.',
  },
  372: {
    by: ['step finish', 'hold not_as_before', 'file src/slack/render/report.ts before and after'],
    does: 'Judged at the end; the report has both numbers side by side.',
  },
  373: { by: ['alert connections', 'alert long_queries', 'alert lock_waits', 'step finish'], does: 'No end while one of them stands.' },
  376: {
    by: ['step validate', 'cli validate'],
    does: 'Where a `.validate.sql` asks for it.',
    open: { today: 'Write the query into `.validate.sql` of the migration.', why: 'No general search for orphans.' },
  },
  380: {
    by: ['file src/target/lone-effect.ts valid indexes', 'step verify_rollback'],
    does: 'An index that this run built must be valid; after a rollback the whole schema is compared.',
    open: {
      today: 'Look for `NOT VALID` that nobody validated.',
      why: 'The plan shows `NOT VALID`, but nothing looks for it at the end.',
    },
  },
  381: {
    by: ['file src/target/fingerprint-query.ts policies in the fingerprint', 'hold plan_differs', 'step verify_rollback'],
    does: 'Row security and policies are part of the schema that is compared before the start and after a rollback.',
    open: { today: 'Log in as each application role and read.', why: 'Nothing probes as an application role.' },
  },
  384: { by: ['alert error_rate', 'step finish'] },
  387: { open: { today: 'Compare with the same hour of earlier weeks.', why: 'Traffic is not compared with earlier weeks.' } },
  388: { by: ['step finish'], does: 'No end while an alert stands.' },
  393: {
    by: ['cli history --json', 'cli logs', 'cli audit verify', 'slash history'],
    does: 'Every act is an event with person and UTC time, chained by hash; `history` is one line a run.',
  },
  400: { open: { today: 'Write them into the wiki.', why: NO_TASKS } },
  402: { open: { today: 'Change the wiki, then `runbook: { version: … }`: the approvals of open plans are void then.', why: NO_TASKS } },
  403: { open: { today: 'Write them into the thread of the card.', why: NO_TASKS } },
  405: { by: ['file src/slack/render/report.ts the report', 'button open_report'], does: 'Short in the channel, whole in the thread.' },
  407: { open: { today: 'Propose one after every rollback and alert.', why: NO_TASKS } },
  408: { open: { today: 'Do it by hand.', why: NO_TASKS } },
  414: { open: { today: 'Slack #database-emergency, then PagerDuty.', why: NO_CONTACTS } },
  417: { open: { today: 'Tech Lead in #deployments, then the phone.', why: NO_CONTACTS } },
  418: { open: { today: 'Support Portal, then e-mail.', why: NO_CONTACTS } },
  419: { open: { today: 'Slack #security, then PagerDuty.', why: NO_CONTACTS } },
  425: { open: LINK },
  426: { open: LINK },
  427: { open: LINK },
  428: { open: LINK },
  434: { open: { today: 'Set a reminder in the calendar.', why: NO_TASKS } },
  435: { open: { today: 'Think of it when you read the report.', why: NO_TASKS } },
  436: {
    by: ['step prove', 'cli rehearse'],
    does: 'Every run rehearses its way back; `offpeak rehearse` does so without a run.',
    open: { today: 'Set a reminder for a quarter without runs.', why: NO_TASKS },
  },
  437: {
    open: { today: 'Let them run `npm run demo`: a practice world on their own machine.', why: 'Nobody is invited to practise by itself.' },
  },
  438: {
    open: {
      today: 'Nothing to do: the ledger keeps every plan, and `offpeak history --limit 9999` finds it.',
      why: 'Nothing is moved away after six months.',
    },
  },
  444: {
    by: ['setting runbook', 'cli history --json'],
    does: 'Version and owner of each run.',
    open: { today: 'Keep changes and authors in the wiki.', why: 'Changes and authors are not settings.' },
  },
};
