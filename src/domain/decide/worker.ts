import { archiveDue } from '../archive.ts';
import { arming } from '../auto-rollback.ts';
import { isWaived, lineOf, waiverStands } from '../checklist.ts';
import type { Context, WorkerCommand } from '../commands.ts';
import { digestOf } from '../digest.ts';
import type { Happening } from '../events.ts';
import { evolve } from '../evolve.ts';
import { backupProved, forwardHold, predictedRunMs, readiness } from '../gates.ts';
import { between, plus } from '../instant.ts';
import { type Evidence, titleOf } from '../items.ts';
import { cameBack, predictedRollbackMs, restored, rollbackProved, stoppingDifferences, type Rehearsal } from '../proof.ts';
import { inWords, lasting, refusalParts, type Refusal } from '../refusal.ts';
import { isActive, touched, WORKING, type Run } from '../run.ts';
import { lateHold, recheckAt } from '../schedule.ts';
import { isStaging } from '../staging.ts';
import { differencesText } from '../verdict-difference.ts';
import { decideAttending } from './attending.ts';
import { decideAlert } from './alerts.ts';
import { recordTests } from './application-tests.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';
import { finish, recordValidation } from './finish.ts';
import { recordAfter, recordBefore } from './staging.ts';
import { recordAssessment } from './problem.ts';
import { recordRestore } from './restore.ts';
import { beginUnit, recordUnits } from './units.ts';

type Of<Type extends WorkerCommand['type']> = Extract<WorkerCommand, { type: Type }>;

/** Decides what the worker reports. It never refuses for who asks (the lease does that), only for what cannot be. */
export function decideWorker(run: Run, command: WorkerCommand, context: Context): Decision {
  switch (command.type) {
    case 'begin_step':
      return isActive(run) && run.state !== 'planned' ? happened({ type: 'step_begun', step: command.step }) : wrongState(run, 'work on');
    case 'record_evidence':
      return recordEvidence(run, command, context);
    case 'record_on_call':
      return recordOnCall(run, command.people);
    case 'record_backup':
      return beforeWriting(run) ? happened({ type: 'backed_up', backup: command.backup }) : wrongState(run, 'back up');
    case 'record_rehearsal':
      return recordRehearsal(run, command, context);
    case 'record_dry_run':
      return recordDryRun(run, context);
    case 'record_before':
      return recordBefore(run, command);
    case 'record_after':
      return recordAfter(run, command);
    case 'begin_migrating':
      return beginMigrating(run, command, context);
    case 'begin_unit':
      return beginUnit(run, command, context);
    case 'record_unit': {
      const { type: _, ...unit } = command;
      return recordUnits(run, { type: 'record_units', units: [unit], withdrawn: [] }, context);
    }
    case 'record_units':
      return recordUnits(run, command, context);
    case 'record_validation':
      return recordValidation(run, command, context);
    case 'record_tests':
      return recordTests(run, command.findings);
    case 'finish':
      return finish(run, command, context);
    case 'hold':
      return hold(run, command, context);
    case 'fail':
      return run.state === 'preparing' && !touched(run) ? happened({ type: 'failed', detail: command.detail }) : wrongState(run, 'fail');
    case 'ask_presence':
    case 'record_page':
    case 'record_page_closed':
      return decideAttending(run, command, context);
    case 'record_stopped':
    case 'record_undone':
    case 'record_rolled_back':
    case 'record_rollback_failure':
      return decideWayBack(run, command);
    case 'record_assessment':
      return recordAssessment(run, command);
    case 'record_restore_loaded':
    case 'record_restore_compared':
    case 'record_restore_sent':
    case 'record_restore_accepted':
    case 'record_restore_unsure':
    case 'record_restored':
    case 'record_restore_failure':
      return recordRestore(run, command);
    default:
      return decideAlert(run, command, context);
  }
}

function decideWayBack(
  run: Run,
  command: Of<'record_stopped' | 'record_undone' | 'record_rolled_back' | 'record_rollback_failure'>,
): Decision {
  switch (command.type) {
    case 'record_stopped':
      return run.state === 'stopping' ? happened({ type: 'stopped', detail: command.detail }) : wrongState(run, 'stop');
    case 'record_undone':
      if (run.state !== 'rolling_back') return wrongState(run, 'undo');
      if (run.rollback?.undone.includes(command.version) === true) return refuse({ code: 'out_of_order' });
      return happened({ type: 'unit_undone', version: command.version, ms: command.ms, detail: command.detail });
    case 'record_rolled_back':
      if (run.state !== 'rolling_back' || run.units.some((unit) => unit.state !== 'undone')) return refuse({ code: 'out_of_order' });
      return happened({ type: 'rolled_back', after: command.after, detail: command.detail });
    case 'record_rollback_failure':
      if (run.state !== 'rolling_back' && run.state !== 'stopping') return wrongState(run, 'roll back');
      return happened({ type: 'rollback_failed', detail: command.detail, remaining: command.remaining });
  }
}

/** What PostgreSQL itself said has failed begins the countdown of the policy (R72). */
function hold(run: Run, { reason, detail, failed }: Of<'hold'>, { now, actor }: Context): Decision {
  if (!WORKING.includes(run.state) || run.state === 'holding') return wrongState(run, 'hold');
  const held: Happening = { type: 'held', reason, detail };
  return failed === true ? happened(held, ...arming(evolve(run, { ...held, at: now, actor }), 'failure', now)) : happened(held);
}

function beforeWriting(run: Run): boolean {
  return run.state === 'checklist' || run.state === 'approved' || run.state === 'scheduled' || run.state === 'preparing';
}

/** The notice is posted with the card, before anybody starts the checklist (R16). */
function mayRecord(run: Run, { evidence }: Of<'record_evidence'>): boolean {
  return beforeWriting(run) || (run.state === 'planned' && evidence.every(({ item }) => item === 'notice'));
}

function recordEvidence(run: Run, command: Of<'record_evidence'>, { now, people }: Context): Decision {
  if (!mayRecord(run, command)) return wrongState(run, 'check');
  const recorded: Happening = { type: 'evidence_recorded', evidence: command.evidence };
  const waived = (item: Evidence['item']) => isWaived(run, item, now) && waiverStands(run, item, people);
  const red = command.evidence.filter((entry) => entry.verdict !== 'pass' && !waived(entry.item));
  if (run.state !== 'preparing' || red.length === 0) return happened(recorded);
  const detail = red.map((entry) => `${titleOf(entry.item)}: ${entry.value} (limit ${entry.limit})`).join('; ');
  return happened(recorded, { type: 'held', reason: 'not_green', detail });
}

/** Who is on call changes by itself; only a change is worth an event. */
function recordOnCall(run: Run, people: readonly string[]): Decision {
  if (!beforeWriting(run)) return wrongState(run, 'check');
  if (String(run.onCall) === String(people)) return refuse({ code: 'already_so', detail: 'The same people are on call.' });
  return happened({ type: 'on_call_resolved', people });
}

function recordRehearsal(run: Run, { rehearsal, plannedAt }: Of<'record_rehearsal'>, context: Context): Decision {
  if (!beforeWriting(run)) return wrongState(run, 'rehearse');
  if (run.backup === null || rehearsal.backupId !== run.backup.id || plannedAt !== run.plan.plannedAt)
    return refuse({ code: 'out_of_order' });
  const digest = digestOf(run.plan, rehearsal, context.sha256);
  const rehearsed: Happening = { type: 'rehearsed', rehearsal, digest, evidence: proofEvidence(run, rehearsal, context) };
  if (run.state !== 'preparing') return happened(rehearsed);
  if (cameBack(rehearsal) && stoppingDifferences(rehearsal).length > 0)
    return happened(rehearsed, { type: 'held', reason: 'rehearsal_differs', detail: proofSentence(rehearsal) });
  if (!rollbackProved(rehearsal)) {
    return happened(rehearsed, {
      type: 'failed',
      detail: `${proofSentence(rehearsal)}\nThe database was not touched. Mend the migration and plan again.`,
    });
  }
  // Nobody approved a digest of a staging run; its first rehearsal is the one.
  if (digest === run.digest || isStaging(run)) return happened(rehearsed);
  const detail = 'The rehearsal on the fresh backup differs from the one that was approved. Cancel, and plan again to see what changed.';
  return happened(rehearsed, { type: 'held', reason: 'rehearsal_differs', detail });
}

/** The two proof lines of the checklist, as the rehearsal fills them. */
function proofEvidence(run: Run, rehearsal: Rehearsal, context: Context): readonly Evidence[] {
  const base = { at: context.now, expiresAt: plus(context.now, run.plan.timing.proofMs), actor: context.actor };
  const proved = restored(rehearsal);
  const contents = `${rehearsal.tables} tables, ${rehearsal.rows.toLocaleString('en-US')} rows restored in ${inWords(rehearsal.restoreMs)}`;
  const drilled: Evidence = {
    ...base,
    expiresAt: plus(context.now, run.plan.timing.machineEvidenceMs),
    item: 'restore_drill',
    verdict: 'pass',
    value: 'just now, by the proof of this run',
    limit: '',
    source: `pg_restore of ${rehearsal.backupId}`,
  };
  return [
    // A proof by restore is a drill (R21); a failed one says nothing of the quarter.
    ...(proved && lineOf(run.plan, 'restore_drill')?.kind === 'machine' ? [drilled] : []),
    {
      ...base,
      item: 'backup',
      verdict: proved ? 'pass' : 'breach',
      value: proved ? contents : rehearsal.restoreError,
      limit: 'restores with equal row counts',
      source: `pg_restore of ${rehearsal.backupId}`,
    },
    {
      ...base,
      item: 'rollback_proof',
      verdict: rollbackProved(rehearsal) ? 'pass' : 'breach',
      value: proofSentence(rehearsal),
      limit: 'schema comes back exactly',
      source: 'rehearsal on the restore',
    },
  ];
}

/** What the rehearsal showed, in one sentence. */
export function proofSentence(rehearsal: Rehearsal): string {
  if (!restored(rehearsal)) return `The backup did not restore: ${rehearsal.restoreError}`;
  const bad = rehearsal.migrations.find((entry) => entry.up !== 'ok' || entry.down !== 'exact' || entry.upAgain !== 'ok');
  if (bad !== undefined) {
    if (bad.up !== 'ok') return `${bad.version} fails on the copy: ${bad.detail}`;
    if (bad.down !== 'exact')
      return `The down of ${bad.version} ${bad.down === 'differs' ? 'leaves a different schema' : `is ${bad.down}`}: ${bad.detail}`;
    return `${bad.version} cannot be applied again after its down: ${bad.detail}`;
  }
  if (rehearsal.validationFailures.length > 0) return `Validation fails on the copy: ${rehearsal.validationFailures.join('; ')}`;
  const differences = stoppingDifferences(rehearsal);
  if (differences.length > 0) return differencesText(differences);
  return `up, down and up again on the copy; the schema came back ${exactness(rehearsal)}. Rollback predicted ${lasting(predictedRollbackMs(rehearsal))}.`;
}

/** What an approver must know of a schema that came back: where its columns stand now, and what is not in it any more. */
function exactness({ migrations }: Rehearsal): string {
  const notes = migrations.flatMap(({ version, order = [], lost = [] }) => [...order, ...lost].map((note) => `${version}: ${note}`));
  return notes.length === 0 ? 'exactly' : `(${notes.join('; ')})`;
}

/** The dry run in preparation; that of T-5 asks every gate again, and what does not pass then holds (R46). */
function recordDryRun(run: Run, context: Context): Decision {
  if (run.state !== 'preparing') return wrongState(run, 'rehearse');
  const late = lateHold(run, context.now);
  if (late !== null) return happened({ type: 'held', ...late });
  const posted: Happening = { type: 'dry_run_posted' };
  const recheck = recheckAt(run);
  const notReady = recheck === null || between(recheck, context.now) < 0 ? null : readiness(run, context);
  return notReady === null ? happened(posted) : happened(posted, notReadyHeld(notReady));
}

function notReadyHeld(refusal: Refusal): Happening {
  const mendable = refusal.code === 'items_open' || refusal.code === 'approvals_open';
  const [why, effect = ''] = refusalParts(refusal, (instant) => instant);
  return { type: 'held', reason: mendable ? 'evidence' : 'plan_differs', detail: `${why} ${effect}`.trim() };
}

function beginMigrating(run: Run, command: Of<'begin_migrating'>, context: Context): Decision {
  if (run.state !== 'preparing') return wrongState(run, 'migrate');
  if (!backupProved(run)) return refuse({ code: 'backup_unproved' });
  if (isStaging(run) && run.staged.before === null) return refuse({ code: 'out_of_order' });
  if (run.dryRunAt === null || run.started === null || run.t0 === null || between(run.t0, context.now) < 0)
    return refuse({ code: 'out_of_order' });
  const late = lateHold(run, context.now);
  if (late !== null) return happened({ type: 'held', ...late });
  if (archiveDue(run, context.now)) return refuse({ code: 'out_of_order' });
  const notReady = readiness(run, context);
  if (notReady !== null) return happened(notReadyHeld(notReady));
  if (command.fingerprint !== run.plan.fingerprint) {
    return happened({
      type: 'held',
      reason: 'plan_differs',
      detail: 'The live schema is not the one that was planned and approved: somebody changed it since. Cancel, and plan again.',
    });
  }
  const hold = forwardHold(run, { now: context.now, newestSample: command.newestSample, durationMs: predictedRunMs(run) });
  if (hold !== null) return happened({ type: 'held', ...hold });
  const { baseline, fingerprint, anyOrder, forEnd } = command;
  return happened({
    type: 'migrating_begun',
    baseline,
    fingerprint,
    ...(anyOrder === undefined ? {} : { anyOrder }),
    ...(forEnd === undefined ? {} : { forEnd }),
  });
}
