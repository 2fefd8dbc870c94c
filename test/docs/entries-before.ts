import type { Entries } from './entry.ts';

/** Safety rules, checklist, T-15. */
export const ENTRIES_BEFORE: Entries = {
  4: {
    by: ['setting runbook', 'file src/slack/render/plan-card.ts the card', 'cli history --json'],
    does: 'Version and owner are settings, part of what is approved, and kept with each run.',
    open: { today: 'Keep date and text in the wiki.', why: 'The text of the runbook is not kept, so neither is its hash.' },
  },
  8: {
    by: ['file src/slack/render/report.ts the report'],
    does: 'Says for each unit how long any application session waited behind us at most.',
    open: {
      today: "Look at the application's own monitoring for failed health checks.",
      why: 'Failed health checks are not counted during a run.',
    },
  },
  12: {
    by: ['refusal peak_hours', 'refusal crosses_peak', 'hold peak_hours', 'setting zone', 'setting peak', 'setting freezes'],
    does: 'Asked at the start and before every statement and batch, for the predicted end too. There is no override; rolling back is never blocked.',
  },
  13: {
    by: ['step backup', 'step prove', 'item backup', 'refusal backup_unproved'],
    does: 'Every run takes its own and proves it by a restore before the first write.',
  },
  14: {
    by: [
      'item staging',
      'step prove',
      'button try_staging',
      'button ask_raise',
      'cli staging',
      'setting staging',
      'refusal items_open',
      'file src/domain/plan-class.ts the rule',
    ],
    does: 'Every plan is rehearsed on the restored backup. The card says whether it is trivial and why not; one that is not needs a staging run of the very same files, and edited files need it anew. People may raise the class (**Raise the class of…**, `offpeak raise`), never lower it.',
  },
  15: {
    by: [
      'button confirm_presence',
      'hold watcher_silent',
      'hold monitor_silent',
      'setting watcher_silence',
      'setting monitor_silence',
      'setting pager',
    ],
    does: 'The watcher is asked every 10 min; 30 min without a word and the on-call is called and nothing more is begun. No reading for 15 s holds too.',
  },
  16: {
    by: ['item rollback_proof', 'item rollback_review', 'refusal migrations_unreadable'],
    does: 'A migration without its down is refused when it is planned; a down that does not give the schema back cannot be approved.',
  },
  20: {
    by: ['refusal items_open', 'button confirm_item', 'button withdraw_item', 'button ask_waive', 'file docs/checks.md every line'],
    does: 'Start is locked until every line passes or is waived; evidence has value, limit, source, time and person, and expires.',
  },
  24: {
    by: ['step prove', 'item staging', 'step measure_before', 'setting limits.staging_rows'],
    does: 'The rehearsal runs on a restore of production itself. A staging run compares the rows of every touched table with those of production; less than 10 % fails the line.',
  },
  26: {
    by: ['item staging', 'step measure_after', 'setting hooks'],
    does: 'The hooks of the twin with `staging` or `smoke` among their moments run at the end of a staging run; their exit codes and output are kept, and one that does not end with 0 fails the line.',
  },
  27: {
    by: ['step measure_before', 'step measure_after', 'setting staging_run', 'setting limits.impact'],
    does: 'The queries of `staging_run.load`, or what can be replayed of pg_stat_statements, are measured on the twin before and after the change, with a control; less than 5 % slower passes, too noisy or too few is unknown.',
  },
  29: {
    by: ['item notice', 'setting slack.channel'],
    does: 'The card is the post; its permalink is the evidence, and a post that fails keeps the line open.',
  },
  31: {
    by: ['item stakeholders', 'button acknowledge', 'setting stakeholders'],
    does: 'Each presses it for themself; the line says who has not.',
  },
  32: {
    by: ['item on_call', 'button confirm_available', 'refusal personal_line', 'setting readings.on_call'],
    does: 'Whoever is on call, by role or as PagerDuty says, answers personally.',
  },
  34: {
    by: ['item automated_backup', 'item archive', 'setting readings.automated_backup'],
    does: 'The newest one that exists, 24 h old at most; without a source a person confirms it. Where the server archives its log, the restore point of the run must have arrived there before the first write.',
  },
  36: { by: ['item backup', 'step prove'], does: 'By a restore with equal rows and values.' },
  37: {
    by: ['item restore_drill', 'step prove', 'button run_drill', 'slash drill', 'cli drill'],
    does: 'Every proof is such a drill; the last may be 92 days old. Where the proof of this run failed, **Run drill now** tries at once.',
  },
  39: {
    by: ['item rollback_review', 'refusal own_review', 'item rollback_proof'],
    does: 'Read by a named person who is not the requester; tested up, down and up again.',
  },
  41: { by: ['step prove', 'cli rehearse'], does: 'It is run on the restore, not only parsed.' },
  42: {
    by: ['button roll_back', 'cli rollback --dry-run'],
    does: 'Three times the rehearsed time, in the question before the rollback and in the approval.',
  },
  46: {
    by: ['item connections', 'cli db health-checks', 'slash hook', 'cli hook'],
    does: "The team's own script is a line too, as a hook with `when: [check]`, and can be run by its name.",
  },
  52: {
    by: ['item long_queries', 'cli db check-long-queries', 'cli hook'],
    does: 'Idle in transaction and prepared transactions count; our own sessions do not.',
  },
  55: {
    by: ['item replication_lag', 'cli db replication-lag', 'cli hook'],
    does: 'Without a replica it passes and says "not applicable".',
  },
  59: {
    by: ['item error_rate', 'setting readings.error_rate', 'setting readings.requests'],
    does: 'From Sentry, Prometheus, any JSON, or the application itself.',
  },
  65: { by: ['item p95', 'setting readings.p95'] },
  68: {
    by: ['item active_users', 'setting readings.active_users'],
    does: 'From an analytics query or another source; without one a person confirms it.',
  },
  72: {
    by: ['item cpu', 'item memory', 'setting readings.cpu', 'setting readings.memory'],
    does: 'From Supabase or another source; without one a person confirms it.',
  },
  78: {
    by: [
      'item disk',
      'setting readings.disk',
      'file src/domain/disk-space.ts room for the change',
      'file src/domain/backup-space.ts room for the backup',
    ],
    does: 'The disk of the database, on another machine from the source that the settings name: its share, and its bytes beside backup and rehearsed growth; and that of the backups before each dump.',
  },
  81: { by: ['item latency'], does: 'p95 of twenty SELECT 1 from the worker.' },
  89: {
    by: ['slash schedule', 'step open', 'step late', 'hold late', 'setting prepare_lead'],
    does: 'A scheduled run opens its preparation at T-15 and counts down on its card.',
  },
  91: {
    by: ['step check', 'cli check', 'cli status'],
    does: 'Every machine line is read anew; `status` says what is applied, pending and running.',
  },
  97: {
    by: ['hold not_green', 'item incidents', 'item platform'],
    does: 'One line that fails or is unknown holds the run. Open incidents and the platform are lines where a source is named.',
  },
  100: {
    by: ['step backup', 'cli backup', 'item other_dumps'],
    does: 'pg_dump in archive format, ended before the first write, named by run and UTC time, with checksum, versions and log position.',
  },
  106: {
    by: ['step prove', 'cli backup --list', 'cli backup --store'],
    does: 'Restored elsewhere and compared; the list says when each was proved, and whether a copy lies in the object store.',
  },
  110: {
    by: ['cli rollback --dry-run', 'step dry_run'],
    does: 'Statements, price and predicted time; the dry run in the thread shows the way back as well.',
  },
  116: {
    by: ['refusal migrations_unreadable', 'button view_sql', 'file src/slack/sql-file.ts the SQL in the thread'],
    does: 'No plan without a down that parses.',
  },
};
