import type { Command } from '../../src/domain/commands.ts';
import type { HoldReason, StepName } from '../../src/domain/events.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { linesOf } from '../../src/domain/checklist.ts';
import type { RaisedAlert } from '../../src/domain/monitor.ts';
import type { ItemKey, PerItem } from '../../src/domain/items.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { unitsOf } from '../../src/domain/plan.ts';
import { recoveryMoment } from '../../src/domain/point-in-time.ts';
import { restoreId } from '../../src/domain/restore.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, aBackup, anOffer, aRehearsal, by, evening, healthEvidence, noticeEvidence } from './plans.ts';

/** A story while it is told. `says` decides a command at a time of the evening, or at an instant, and throws when it is refused. */
export type Tale = {
  readonly run: Run;
  readonly says: (time: string, actor: Actor, command: Command) => void;
};

/** A step that the worker begins. */
export function step(tale: Tale, time: string, name: StepName): void {
  tale.says(time, OFFPEAK, { type: 'begin_step', step: name });
}

/** Health, backup and proof, as the worker gathers them. */
export function gather(tale: Tale, [checked, startedAt, finishedAt, provedAt]: readonly [string, string, string, string]): void {
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

/** The last look before the first write. */
export function dryRun(tale: Tale, time: string): void {
  step(tale, time, 'dry_run');
  tale.says(time, OFFPEAK, { type: 'record_dry_run' });
}

/** What people write into their lines; the review is by somebody other than the one who asked for the plan. */
const NOTES: PerItem<readonly [time: string, actor: Actor, note: string]> = {
  staging: ['17:13', by('nora'), 'Ran 0007 and 0008 on staging at noon; the lead list and the export work.'],
  automated_backup: ['17:15:30', by('nora'), 'Nightly at 02:10, in the provider’s console.'],
  rollback_review: ['17:16', by('olga'), 'Read both down scripts: nothing is lost, the column is derived.'],
};
const WORDS: readonly (readonly [item: ItemKey, time: string, actor: Actor])[] = [
  ['stakeholders', '17:14', by('sam')],
  ['stakeholders', '17:14:30', by('olga')],
  ['on_call', '17:15', by('ana')],
];

/** Every line of people, each by the one who would; all at `at` where it is given. */
export function confirm(tale: Tale, at?: string): void {
  for (const { key, kind } of linesOf(tale.run.plan)) {
    const [time, actor, note] = NOTES[key] ?? ['17:13', by('olga'), 'Looked at it.'];
    if (kind === 'human') tale.says(at ?? time, actor, { type: 'confirm_item', item: key, note });
    if (kind !== 'personal') continue;
    for (const [item, said, who] of WORDS) if (item === key) tale.says(at ?? said, who, { type: 'acknowledge_item', item });
  }
}

/** The publisher reports that the card stands. */
export function notice(tale: Tale, time: string): void {
  const evidence = noticeEvidence(tale.run.plan, time.includes('T') ? time : evening(time));
  if (evidence.length > 0) tale.says(time, OFFPEAK, { type: 'record_evidence', evidence });
}

/** One approval of the digest as it is. */
export function approve(tale: Tale, time: string, name: 'sam' | 'kim'): void {
  tale.says(time, by(name), { type: 'approve', digest: tale.run.digest });
}

/** Every unit takes thirty seconds, and the next begins ten seconds after it. */
function unitAt(position: number): Instant {
  return plus(evening('19:00:10'), position * 40_000);
}

/** A unit that is begun and does not end yet. */
export function beginUnit(tale: Tale, position: number): void {
  const at = unitAt(position);
  step(tale, at, 'apply');
  const backend = { pid: 4200 + position, startedAt: plus(at, -1_000) };
  tale.says(at, OFFPEAK, { type: 'begin_unit', position, backend, newestSample: plus(at, -5_000) });
}

/** The end of a unit that was begun. */
export function endUnit(tale: Tale, position: number): void {
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
export function finishUnits(tale: Tale): void {
  for (const { position } of unitsOf(tale.run.plan)) {
    const state = tale.run.units.find((unit) => unit.position === position)?.state;
    if (state === undefined) beginUnit(tale, position);
    if (state !== 'applied') endUnit(tale, position);
  }
}

/** A hold while a unit runs. */
export function hold(tale: Tale, reason: HoldReason, detail: string, time = '19:01'): void {
  tale.says(time, OFFPEAK, { type: 'hold', reason, detail });
}

/** An alert on the response time. */
export function raise(tale: Tale, time: string): void {
  const at = evening(time);
  const alert: RaisedAlert = {
    metric: 'p95',
    level: 'roll_back',
    value: 412,
    limit: 141.6,
    baseline: 118,
    since: plus(at, -10_000),
    raisedAt: at,
    detail: 'GET /metrics',
  };
  tale.says(time, OFFPEAK, { type: 'raise_alert', alert });
}

/** Undoes the version that was applied last. */
export function undo(tale: Tale, time: string): void {
  const last = tale.run.units.filter((unit) => unit.state !== 'undone').at(-1);
  const version = unitsOf(tale.run.plan)[last?.position ?? 0]?.version ?? '';
  step(tale, time, 'undo');
  tale.says(time, OFFPEAK, { type: 'record_undone', version, ms: 870, detail: `${version} undone` });
}

/** The comparison of the schema after a rollback. */
export function verified(tale: Tale, time: string, detail: string): void {
  step(tale, time, 'verify_rollback');
  tale.says(time, OFFPEAK, { type: 'record_rolled_back', after: AFTER, detail });
}

/** Somebody asks for a restore of the run's own backup. */
export function asked(tale: Tale, time: string): void {
  const { backup, plan } = tale.run;
  if (backup === null) throw new Error('There is no backup to go back to');
  const offer = anOffer(evening(time));
  tale.says(time, by('olga'), { type: 'request_restore', backup, database: plan.identity.database, offer });
}

/** Somebody asks that the provider takes the whole database back. */
export function askedInPlace(tale: Tale, time: string): void {
  const { backup, plan } = tale.run;
  if (backup === null) throw new Error('There is no backup to go back to');
  const offer = { ...anOffer(evening(time)), predictedMs: null };
  const pointInTime = { provider: 'Supabase', to: recoveryMoment(backup) };
  tale.says(time, by('olga'), { type: 'request_restore', backup, database: plan.identity.database, offer, pointInTime });
}

/** The second person agrees. */
export function agreed(tale: Tale, time: string): void {
  const { restore } = tale.run;
  tale.says(time, by('kim'), { type: 'approve_restore', backupId: restore === null ? '' : restoreId(restore) });
}
