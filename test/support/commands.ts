import { testsOf, type TestFinding } from '../../src/domain/application-tests.ts';
import type { Command } from '../../src/domain/commands.ts';
import type { StepName } from '../../src/domain/events.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { awaited, linesOf, lineState } from '../../src/domain/checklist.ts';
import type { Evidence } from '../../src/domain/items.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { reasonsToPage } from '../../src/domain/page.ts';
import { unitsOf } from '../../src/domain/plan.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { restoreId } from '../../src/domain/restore.ts';
import type { Run } from '../../src/domain/run.ts';
import { BEFORE, TRIED } from './staging.ts';
import type { Backup } from '../../src/domain/proof.ts';
import { AFTER, aBackup, anOffer, SWITCHED, aRehearsal, BASELINE, by, healthEvidence, noticeEvidence, PEOPLE } from './plans.ts';

const BACKEND = { pid: 4711, startedAt: '2026-11-24T18:00:00.000Z' };

const NO_REASON = { key: 'held:never', reason: 'held', summary: 'Nothing stands.' } as const;

/** Every command there is, with arguments that make sense for this run at this moment. */
export function everyCommand(run: Run, now: Instant): readonly Command[] {
  const next = unitsOf(run.plan).find((unit) => run.units.find((entry) => entry.position === unit.position)?.state !== 'applied');
  const begun = run.units.find((unit) => unit.state === 'begun');
  const last = run.units.filter((unit) => unit.state !== 'undone').at(-1);
  const version = unitsOf(run.plan)[last?.position ?? 0]?.version ?? '';
  const backupId = run.backup?.id ?? 'none';
  const level = 'roll_back';
  const alert = { metric: 'p95', level, value: 412, limit: 141.6, baseline: 118, since: now, raisedAt: now, detail: '' } as const;
  return [
    { type: 'start_checklist' },
    { type: 'confirm_item', item: 'staging', note: 'Looked at it.' },
    { type: 'acknowledge_item', item: 'on_call' },
    { type: 'waive_item', item: 'staging', reason: 'There is no staging tonight.' },
    { type: 'withdraw_item', item: 'staging' },
    { type: 'run_drill' },
    { type: 'approve', digest: run.digest },
    { type: 'reject', reason: 'Not tonight.' },
    { type: 'start' },
    { type: 'schedule', t0: null },
    { type: 'stop_after_step' },
    { type: 'pause' },
    { type: 'set_speed', percent: 50 },
    { type: 'resume' },
    { type: 'roll_back' },
    { type: 'confirm_presence' },
    { type: 'acknowledge_alert', alert: 'p95' },
    { type: 'hold_five' },
    { type: 'cancel' },
    { type: 'raise_class', reason: 'It is the first one on this cluster.' },
    { type: 'record_before', before: BEFORE },
    { type: 'record_after', after: TRIED },
    { type: 'report_problem', words: 'Leads are missing from the list.' },
    { type: 'request_restore', backup: provedBackup(run), database: run.plan.identity.database, offer: anOffer(now) },
    { type: 'approve_restore', backupId: run.restore === null ? 'none' : restoreId(run.restore) },
    { type: 'give_up_restore' },
    { type: 'confirm_test', test: 'user-registration', note: 'Signed up as a new user.' },
    { type: 'record_lessons', lessons: 'Count the leads before and after.' },
    { type: 'revise_plan', plan: { ...run.plan, fingerprint: 'e'.repeat(64), plannedAt: now }, changes: ['The live schema changed.'] },
    { type: 'void_plan', problem: '0008 does not parse.' },
    { type: 'open_preparation' },
    { type: 'begin_step', step: 'check' },
    { type: 'record_evidence', evidence: healthEvidence(run.plan, now) },
    { type: 'record_on_call', people: ['U0ANA'] },
    { type: 'record_backup', backup: aBackup({ startedAt: now, finishedAt: now }) },
    { type: 'record_rehearsal', rehearsal: aRehearsal(run.plan, { backupId, at: now }), plannedAt: run.plan.plannedAt },
    { type: 'record_dry_run' },
    { type: 'begin_migrating', baseline: BASELINE, fingerprint: run.plan.fingerprint, newestSample: now },
    { type: 'begin_unit', position: next?.position ?? 0, backend: BACKEND, newestSample: now },
    { type: 'record_unit', position: begun?.position ?? 0, statements: [], ms: 900, longestWaitMs: 12, tries: 1 },
    {
      type: 'record_units',
      units: begun === undefined ? [] : [{ position: begun.position, statements: [], ms: 900, longestWaitMs: 12, tries: 1 }],
      withdrawn: [],
      next: { backend: BACKEND, newestSample: now },
    },
    { type: 'record_validation', failures: [] },
    { type: 'record_tests', findings: hookFindings(run) },
    { type: 'finish', after: AFTER },
    { type: 'hold', reason: 'lock_budget', detail: 'pid 4711 holds leads.' },
    { type: 'fail', detail: 'The disk is full.' },
    { type: 'raise_alert', alert },
    { type: 'move_alert', metric: 'p95', level: 'watch', value: 250, limit: 236, detail: '' },
    { type: 'clear_alert', metric: 'p95' },
    { type: 'ask_presence' },
    { type: 'record_page', page: reasonsToPage(run, now)[0] ?? NO_REASON, through: 'PagerDuty', failure: null },
    { type: 'record_page_closed', key: run.pages[0]?.key ?? NO_REASON.key, failure: null },
    { type: 'record_source', source: 'application', lost: { metrics: ['error_rate', 'p95'], since: now, detail: 'no answer' } },
    { type: 'record_issues', found: { issues: [], more: false } },
    { type: 'arm_rollback', trigger: 'p95' },
    { type: 'disarm_rollback', reason: 'unknown' },
    { type: 'fire_rollback', price: 'lossless' },
    { type: 'record_recovery', after: AFTER, detail: '' },
    { type: 'record_stopped', detail: 'cancelled' },
    { type: 'record_undone', version, ms: 40, detail: '' },
    { type: 'record_rolled_back', after: AFTER, detail: 'The schema equals the one from before.' },
    { type: 'record_rollback_failure', detail: 'lock timeout', remaining: [version] },
    { type: 'record_assessment', failures: [] },
    { type: 'record_restore_loaded', ms: 90_000 },
    { type: 'record_restore_compared', failures: [] },
    { type: 'record_restore_sent', timeline: 1 },
    { type: 'record_restore_accepted' },
    { type: 'record_restore_unsure', detail: 'no answer' },
    {
      type: 'record_restored',
      after: AFTER,
      switched: run.restore?.pointInTime === undefined ? SWITCHED : null,
      detail: 'The backup is live.',
    },
    { type: 'record_restore_failure', detail: 'pg_restore ended with 1.' },
  ];
}

/** What hooks say that all end with 0. */
export function hookFindings(run: Run): readonly TestFinding[] {
  const byHook = testsOf(run.plan).filter(({ kind }) => kind === 'machine');
  return byHook.map(({ name }) => ({ test: name, verdict: 'pass', value: 'code 0 after 3.2 s', source: `hook ${name}` }));
}

/** The run's own backup, as the directory lists it once it is proved. */
function provedBackup(run: Run): Backup {
  const backup = run.backup ?? aBackup({ startedAt: run.plan.plannedAt, finishedAt: run.plan.plannedAt });
  return { ...backup, provedAt: backup.finishedAt };
}

/** The commands that bring this run one step nearer to its end, as people and worker would give them. */
export function helpfulCommands(run: Run, now: Instant): readonly Command[] {
  const all = new Map(everyCommand(run, now).map((command) => [command.type, command]));
  if (asksArchive(run, now)) all.set('record_evidence', { type: 'record_evidence', evidence: [archived(run, now)] });
  const pick = (...types: readonly Command['type'][]) => types.flatMap((type) => all.get(type) ?? []);
  const next = nextStep(run, now);
  const worker = next.kind === 'step' ? WORK[next.step] : [];
  const told: readonly Command[] =
    lineState(run, 'notice', now) === 'pass' ? [] : [{ type: 'record_evidence', evidence: noticeEvidence(run.plan, now) }];
  const confirm = [...told, ...answers(run, now).map(({ command }) => command)];
  switch (run.state) {
    case 'planned':
      return pick('start_checklist');
    case 'checklist':
      return [...pick(...worker), ...(worker.length > 0 ? [] : [...confirm, ...pick('approve')])];
    case 'approved':
      return [...pick(...worker), ...confirm, ...pick('start', 'schedule')];
    case 'migrating':
      return pick(run.units.some((unit) => unit.state === 'begun') ? 'record_unit' : 'begin_unit');
    case 'holding':
      return pick('resume');
    default:
      return pick(...worker);
  }
}

function asksArchive(run: Run, now: Instant): boolean {
  const next = nextStep(run, now);
  return next.kind === 'step' && next.step === 'archive';
}

/** What the archive of a real server says, where a plan asks it. */
function archived(run: Run, now: Instant): Evidence {
  const value = 'not applicable: this server archives no log';
  const expiresAt = plus(now, run.plan.timing.proofMs);
  return { item: 'archive', verdict: 'pass', value, limit: '', source: 'pg_stat_archiver', at: now, expiresAt, actor: OFFPEAK };
}

type Answer = { readonly command: Command; readonly actor: Actor };

/** What people have to say before every line of theirs passes, each with the one who says it; in a plan of this folder. */
export function answers(run: Run, now: Instant): readonly Answer[] {
  return linesOf(run.plan).flatMap((line): readonly Answer[] => {
    const { key, kind } = line;
    if (kind === 'machine' || lineState(run, key, now) === 'pass') return [];
    if (kind === 'human') return [{ actor: by('olga'), command: { type: 'confirm_item', item: key, note: 'Seen.' } }];
    const people = line.people === undefined ? ['U0ANA'] : awaited(run, line, now);
    return people.map((id) => ({ actor: byId(id), command: { type: 'acknowledge_item', item: key } }));
  });
}

function byId(id: string): Actor {
  const person = PEOPLE.find((each) => each.id === id);
  return { id, name: person?.name ?? id, via: 'slack' };
}

const WORK: Readonly<Record<StepName, readonly Command['type'][]>> = {
  check: ['record_evidence'],
  backup: ['record_backup'],
  prove: ['record_rehearsal'],
  archive: ['record_evidence'],
  open: ['open_preparation'],
  late: ['hold'],
  page: ['record_page'],
  dry_run: ['record_dry_run'],
  begin: ['begin_migrating'],
  apply: ['begin_unit'],
  validate: ['record_validation'],
  test: ['record_tests'],
  finish: ['finish'],
  resume: ['resume'],
  stop: ['record_stopped'],
  undo: ['record_undone'],
  verify_rollback: ['record_rolled_back'],
  measure_before: ['record_before'],
  measure_after: ['record_after'],
  assess: ['record_assessment'],
  restore: ['record_restore_loaded'],
  validate_restore: ['record_restore_compared'],
  switch: ['record_restored'],
  point_in_time: ['record_restore_sent', 'record_restore_accepted', 'record_restored'],
};

/** Some minutes after the scene of a story: late enough for its worker's next report, early enough for its evidence. */
export function shortlyAfter(now: Instant): Instant {
  return plus(now, 20_000);
}
