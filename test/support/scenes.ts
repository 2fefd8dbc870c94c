import type { Command } from '../../src/domain/commands.ts';
import type { HoldReason, StepName } from '../../src/domain/events.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { HUMAN_ITEMS, type HumanItem } from '../../src/domain/items.ts';
import type { Alert } from '../../src/domain/monitor.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { unitsOf } from '../../src/domain/plan.ts';
import type { Run, RunState } from '../../src/domain/run.ts';
import { AFTER, aBackup, aRehearsal, BASELINE, by, evening, healthEvidence, SCHEDULE } from './plans.ts';

/** Scenes beside the states: the same state with something that people see differently. */
export const VARIANTS = [
  'checklist_proved',
  'checklist_ready',
  'checklist_one_approval',
  'preparing_ready',
  'migrating_begun',
  'migrating_alert',
  'migrating_stop_requested',
  'observing_alert',
  'holding_untouched',
  'holding_peak_hours',
  'holding_statement_failed',
  'rolling_back_half',
  'rolled_back_untouched',
  'rejected',
] as const;
export type Scene = RunState | (typeof VARIANTS)[number];

/** A story while it is told. `says` decides a command at a time of the evening, or at an instant, and throws when it is refused. */
export type Tale = {
  readonly run: Run;
  readonly says: (time: string, actor: Actor, command: Command) => void;
};

/** Every scene as the one it follows and what is said after that. */
export const SCENES: Readonly<Record<Scene, { readonly after: Scene | null; readonly tell: (tale: Tale) => void }>> = {
  planned: { after: null, tell: () => {} },
  checklist: { after: 'planned', tell: (tale) => tale.says('17:06', by('nora'), { type: 'start_checklist' }) },
  checklist_proved: { after: 'checklist', tell: (tale) => gather(tale, ['17:07', '17:08', '17:10', '17:12']) },
  checklist_ready: { after: 'checklist_proved', tell: confirm },
  checklist_one_approval: { after: 'checklist_ready', tell: (tale) => approve(tale, '17:17', 'sam') },
  approved: { after: 'checklist_one_approval', tell: (tale) => approve(tale, '17:18', 'kim') },
  scheduled: { after: 'approved', tell: (tale) => tale.says('17:20', by('nora'), { type: 'schedule', t0: evening('19:00') }) },
  preparing: { after: 'scheduled', tell: (tale) => tale.says('18:45', SCHEDULE, { type: 'open_preparation' }) },
  preparing_ready: {
    after: 'preparing',
    tell: (tale) => {
      gather(tale, ['18:50', '18:51', '18:53', '18:55']);
      step(tale, '18:55:30', 'dry_run');
      tale.says('18:55:30', OFFPEAK, { type: 'record_dry_run' });
    },
  },
  migrating_begun: {
    after: 'preparing_ready',
    tell: (tale) => {
      step(tale, '19:00', 'begin');
      const { fingerprint } = tale.run.plan;
      tale.says('19:00', OFFPEAK, { type: 'begin_migrating', baseline: BASELINE, fingerprint, newestSample: evening('18:59:55') });
    },
  },
  migrating: {
    after: 'migrating_begun',
    tell: (tale) => {
      beginUnit(tale, 0);
      if (unitsOf(tale.run.plan).length > 1) endUnit(tale, 0);
      if (unitsOf(tale.run.plan).length > 1) beginUnit(tale, 1);
    },
  },
  migrating_alert: { after: 'migrating', tell: (tale) => raise(tale, '19:00:50') },
  migrating_stop_requested: { after: 'migrating', tell: (tale) => tale.says('19:00:55', by('ana'), { type: 'stop_after_step' }) },
  validating: { after: 'migrating', tell: (tale) => finishUnits(tale) },
  observing: {
    after: 'validating',
    tell: (tale) => {
      step(tale, '19:05', 'validate');
      tale.says('19:05:01', OFFPEAK, { type: 'record_validation', failures: [] });
    },
  },
  observing_alert: { after: 'observing', tell: (tale) => raise(tale, '19:08') },
  completed: {
    after: 'observing',
    tell: (tale) => {
      step(tale, '19:15', 'finish');
      tale.says('19:15', OFFPEAK, { type: 'finish', after: AFTER });
    },
  },
  holding: { after: 'migrating', tell: (tale) => hold(tale, 'lock_budget', '41 tries in 60 s; pid 4711 (reporting) holds public.leads.') },
  holding_peak_hours: { after: 'migrating', tell: (tale) => hold(tale, 'peak_hours', 'Peak hours have begun.') },
  holding_statement_failed: {
    after: 'migrating',
    tell: (tale) => hold(tale, 'statement_failed', '42701: column "email_domain" of relation "leads" already exists (0008 line 1)'),
  },
  holding_untouched: {
    after: 'preparing',
    tell: (tale) => {
      step(tale, '18:50', 'check');
      const red = { connections: { verdict: 'breach', value: '86 %' } } as const;
      tale.says('18:50', OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, evening('18:50'), red) });
    },
  },
  stopping: { after: 'migrating', tell: (tale) => tale.says('19:01', by('ana'), { type: 'roll_back' }) },
  rolling_back: {
    after: 'stopping',
    tell: (tale) => {
      step(tale, '19:01:01', 'stop');
      tale.says('19:01:02', OFFPEAK, { type: 'record_stopped', detail: 'The statement was cancelled; its session is gone.' });
    },
  },
  rolling_back_half: { after: 'rolling_back', tell: (tale) => undo(tale, '19:01:05') },
  rolled_back: {
    after: 'rolling_back_half',
    tell: (tale) => {
      while (tale.run.units.some((unit) => unit.state !== 'undone')) undo(tale, '19:01:10');
      verified(tale, '19:01:20', 'Every change was undone; the schema is the one from before the first write.');
    },
  },
  rolled_back_untouched: {
    after: 'preparing',
    tell: (tale) => {
      tale.says('18:46', by('nora'), { type: 'roll_back' });
      tale.says('18:46:01', OFFPEAK, { type: 'record_stopped', detail: 'Nothing was running.' });
      verified(tale, '18:46:02', 'The database was not touched.');
    },
  },
  rollback_failed: {
    after: 'rolling_back',
    tell: (tale) => {
      step(tale, '19:01:05', 'undo');
      const detail = '0008.down.sql line 2: 55P03: canceling statement due to lock timeout';
      const remaining = tale.run.units.map((unit) => unitsOf(tale.run.plan)[unit.position]?.version ?? '').toReversed();
      tale.says('19:02:05', OFFPEAK, { type: 'record_rollback_failure', detail, remaining: [...new Set(remaining)] });
    },
  },
  cancelled: { after: 'approved', tell: (tale) => tale.says('17:25', by('olga', 'terminal'), { type: 'cancel' }) },
  rejected: {
    after: 'checklist_one_approval',
    tell: (tale) => tale.says('17:18', by('kim'), { type: 'reject', reason: 'The down script drops a column that reports read.' }),
  },
  failed: {
    after: 'preparing',
    tell: (tale) => {
      step(tale, '18:51', 'backup');
      tale.says('18:52', OFFPEAK, { type: 'fail', detail: 'pg_dump: the backup directory is full. The database was not touched.' });
    },
  },
};

function step(tale: Tale, time: string, name: StepName): void {
  tale.says(time, OFFPEAK, { type: 'begin_step', step: name });
}

/** Health, backup and proof, as the worker gathers them. */
function gather(tale: Tale, [checked, startedAt, finishedAt, provedAt]: readonly [string, string, string, string]): void {
  const { plan } = tale.run;
  step(tale, checked, 'check');
  tale.says(checked, OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(plan, evening(checked)) });
  step(tale, startedAt, 'backup');
  const backup = aBackup({ startedAt: evening(startedAt), finishedAt: evening(finishedAt) });
  tale.says(finishedAt, OFFPEAK, { type: 'record_backup', backup });
  step(tale, finishedAt, 'prove');
  const rehearsal = aRehearsal(plan, { backupId: backup.id, at: evening(provedAt) });
  tale.says(provedAt, OFFPEAK, { type: 'record_rehearsal', rehearsal, plannedAt: plan.plannedAt });
}

const NOTES: Readonly<Record<HumanItem, readonly [time: string, actor: Actor, note: string]>> = {
  staging: ['17:13', by('nora'), 'Ran 0007 and 0008 on staging at noon; the lead list and the export work.'],
  stakeholders: ['17:14', by('nora'), 'Told #sales and support: https://example.test/notes/412'],
  on_call: ['17:15', by('ana'), 'Ana, by phone until 23:00.'],
  rollback_review: ['17:16', by('olga'), 'Read both down scripts: nothing is lost, the column is derived.'],
};

function confirm(tale: Tale): void {
  for (const item of HUMAN_ITEMS) {
    const [time, actor, note] = NOTES[item];
    tale.says(time, actor, { type: 'confirm_item', item, note });
  }
}

function approve(tale: Tale, time: string, name: 'sam' | 'kim'): void {
  tale.says(time, by(name), { type: 'approve', digest: tale.run.digest });
}

/** Every unit takes thirty seconds, and the next begins ten seconds after it. */
function unitAt(position: number): Instant {
  return plus(evening('19:00:10'), position * 40_000);
}

function beginUnit(tale: Tale, position: number): void {
  const at = unitAt(position);
  step(tale, at, 'apply');
  const backend = { pid: 4200 + position, startedAt: plus(at, -1_000) };
  tale.says(at, OFFPEAK, { type: 'begin_unit', position, backend, newestSample: plus(at, -5_000) });
}

function endUnit(tale: Tale, position: number): void {
  const statements = (unitsOf(tale.run.plan)[position]?.statements ?? []).map(({ index, locks }) => ({
    index,
    ms: 9_000,
    rows: null,
    locks,
  }));
  const at = plus(unitAt(position), 30_000);
  tale.says(at, OFFPEAK, { type: 'record_unit', position, statements, ms: 29_400, longestWaitMs: 38, tries: 2 });
}

/** The rest of the units, the one that is begun first. */
function finishUnits(tale: Tale): void {
  for (const { position } of unitsOf(tale.run.plan)) {
    const state = tale.run.units.find((unit) => unit.position === position)?.state;
    if (state === undefined) beginUnit(tale, position);
    if (state !== 'applied') endUnit(tale, position);
  }
}

function hold(tale: Tale, reason: HoldReason, detail: string): void {
  tale.says('19:01', OFFPEAK, { type: 'hold', reason, detail });
}

function raise(tale: Tale, time: string): void {
  const at = evening(time);
  const alert: Alert = {
    metric: 'p95',
    value: 412,
    limit: 236,
    baseline: 118,
    since: plus(at, -10_000),
    raisedAt: at,
    clearedAt: null,
    detail: 'GET /metrics',
  };
  tale.says(time, OFFPEAK, { type: 'raise_alert', alert });
}

/** Undoes the version that was applied last. */
function undo(tale: Tale, time: string): void {
  const last = tale.run.units.filter((unit) => unit.state !== 'undone').at(-1);
  const version = unitsOf(tale.run.plan)[last?.position ?? 0]?.version ?? '';
  step(tale, time, 'undo');
  tale.says(time, OFFPEAK, { type: 'record_undone', version, ms: 870, detail: `${version} undone` });
}

function verified(tale: Tale, time: string, detail: string): void {
  step(tale, time, 'verify_rollback');
  tale.says(time, OFFPEAK, { type: 'record_rolled_back', after: AFTER, detail });
}
