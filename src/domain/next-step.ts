import { hookTestsDue } from './application-tests.ts';
import { alertHold, blindHold, isBlind, observedUntil } from './auto-rollback.ts';
import { healthLines } from './checklist.ts';
import { archiveDue, archiveDueAt } from './archive.ts';
import { validatedAtEnd } from './end-judgement.ts';
import type { StepName } from './events.ts';
import { neededToBeginMs, predictedPrepareMs, predictedRunMs } from './gates.ts';
import { healthDue, isFresh, lastHumanAct, preparedSince } from './health-due.ts';
import { between, plus, type Instant } from './instant.ts';
import { pageDueAt } from './page.ts';
import { standingAlerts } from './monitor.ts';
import { unitsOf, type Unit } from './plan.ts';
import { rehearsedOn, restored } from './proof.ts';
import { endsByItself, isWatched, nextUnit, type Run } from './run.ts';
import { lateHold, opensAt, recheckAt, unprepared } from './schedule.ts';
import { isStaging } from './staging.ts';
import { judgeWindow } from './window.ts';

/** What the worker does next with a run: a step now, nothing before a moment, or nothing until somebody acts. */
export type NextStep =
  | { readonly kind: 'step'; readonly step: StepName; readonly unit?: Unit; readonly version?: string }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'idle' };

/** The source of evidence that says a backup or proof could not even be tried to the end; it is tried again when it expires. */
export const FAILED_ATTEMPT = 'the worker';

/** What does not keep preparation from opening. */
const QUICK: readonly StepName[] = ['check', 'archive'];
/** What each stage of a restore waits for. */
const RESTORE_STEPS = {
  asked: 'restore',
  loading: 'restore',
  beside: 'validate_restore',
  validated: 'switch',
  sent: 'point_in_time',
} as const;

const IDLE: NextStep = { kind: 'idle' };
const step = (name: StepName): NextStep => ({ kind: 'step', step: name });

/** The worker's next work, from the state alone: after a crash the next worker asks the same question and gets the same answer. */
export function nextStep(run: Run, now: Instant): NextStep {
  switch (run.state) {
    case 'checklist':
    case 'approved':
      return gather(run, now);
    case 'scheduled':
      return scheduled(run, now);
    case 'preparing':
      return prepare(run, now);
    case 'migrating': {
      const unit = nextUnit(run);
      return unit === undefined ? IDLE : { kind: 'step', step: 'apply', unit };
    }
    case 'validating':
      return step('validate');
    case 'observing':
      return observe(run, now);
    case 'holding':
      return held(run, now);
    case 'stopping':
      return step('stop');
    case 'restoring':
      return step(run.restore?.pointInTime === undefined ? RESTORE_STEPS[run.restore?.stage ?? 'loading'] : 'point_in_time');
    case 'rolling_back': {
      const last = run.units.filter((unit) => unit.state !== 'undone').at(-1);
      const version = last === undefined ? undefined : unitsOf(run.plan)[last.position]?.version;
      return version === undefined ? step('verify_rollback') : { kind: 'step', step: 'undo', version };
    }
    default:
      return call(run, now);
  }
}

/** Of a run that nobody works on any more only its calls are left; while one is worked on they are made beside its steps. */
function call(run: Run, now: Instant): NextStep {
  const due = pageDueAt(run, now);
  if (due === null) return IDLE;
  return between(due, now) >= 0 ? step('page') : { kind: 'wait', until: due };
}

/** Before the start: read what machines can read, back up, prove; then refresh the readings before they expire, for a day after the last human act. */
function gather(run: Run, now: Instant): NextStep {
  const refresh = healthDue(run, now);
  if (refresh === null || between(refresh, now) >= 0) {
    return between(lastHumanAct(run) ?? now, now) > run.plan.timing.humanEvidenceMs ? IDLE : step('check');
  }
  if (run.problem !== null) return { kind: 'wait', until: refresh };
  const failed = [run.evidence.backup, run.evidence.rollback_proof].find(
    (entry) => entry?.verdict === 'breach' && entry.source === FAILED_ATTEMPT,
  );
  if (failed !== undefined && between(now, failed.expiresAt) > 0) return { kind: 'wait', until: failed.expiresAt };
  if (run.backup === null || between(run.backup.finishedAt, now) >= run.plan.timing.proofMs) return step('backup');
  if (run.rehearsal === null || !rehearsedOn(run.rehearsal, run.backup)) return step('prove');
  if (restored(run.rehearsal)) {
    if (archiveDue(run, now)) return step('archive');
    return { kind: 'wait', until: [refresh, archiveDueAt(run, now) ?? refresh].toSorted()[0] ?? refresh };
  }
  // The scratch server was down, or the file is gone: neither may keep the run from ever being proved.
  const again = plus(run.rehearsal.at, run.plan.timing.machineEvidenceMs);
  if (between(again, now) >= 0) return step('backup');
  return { kind: 'wait', until: again < refresh ? again : refresh };
}

function scheduled(run: Run, now: Instant): NextStep {
  const opens = opensAt(run, run.scheduledFor ?? now);
  if (between(opens, now) >= 0) return step('open');
  const gathering = gather(run, now);
  // Preparation takes a backup of its own; one that is under way at T-15 would only keep it from opening.
  const outlasts = gathering.kind === 'step' && !QUICK.includes(gathering.step) && between(now, opens) <= predictedPrepareMs(run);
  if (outlasts) return { kind: 'wait', until: [opens, healthDue(run, now) ?? opens].toSorted()[0] ?? opens };
  if (gathering.kind === 'step') return gathering;
  return { kind: 'wait', until: gathering.kind === 'wait' && gathering.until < opens ? gathering.until : opens };
}

/** T-15: health, backup, proof, dry run; T-5: health and dry run again; then T0 (R37–R47). */
function prepare(run: Run, now: Instant): NextStep {
  if (lateHold(run, now) !== null || run.stopRequested !== null) return step('late');
  const recheck = recheckAt(run);
  if (!healthLines(run.plan).every((item) => isFresh(run, item, now))) return step('check');
  const missing = unprepared(run);
  if (missing !== null) return step(missing);
  if (run.dryRunAt === null || between(preparedSince(run, now), run.dryRunAt) < 0) return step('dry_run');
  if (archiveDue(run, now)) return step('archive');
  if (isStaging(run) && run.staged.before === null) return step('measure_before');
  if (recheck !== null && between(now, recheck) > 0) return { kind: 'wait', until: recheck };
  if (run.t0 !== null && between(run.t0, now) < 0) return { kind: 'wait', until: run.t0 };
  return step('begin');
}

function observe(run: Run, now: Instant): NextStep {
  // What nobody can see any more holds before its time.
  if (blindHold(run, now) !== null) return step('finish');
  if (isStaging(run) && run.staged.after === null) return step('measure_after');
  const ends = observedUntil(run, now);
  const early = between(ends, now) < 0;
  if (early && hookTestsDue(run, now)) return step('test');
  if (early) return { kind: 'wait', until: ends };
  if (standingAlerts(run).length > 0 || isBlind(run)) return { kind: 'wait', until: plus(now, 1000) };
  if (!validatedAtEnd(run, now)) return step('validate');
  return step(hookTestsDue(run, now) ? 'test' : 'finish');
}

/** A run that holds for peak hours, a freeze or an alert goes on by itself when they are over; every other hold waits for a person. */
function held(run: Run, now: Instant): NextStep {
  if (run.problemReport?.failures === null) return step('assess');
  if (!endsByItself(run)) return IDLE;
  if (run.holding?.reason === 'alert') return alertHold(run, now) === null ? step('resume') : { kind: 'wait', until: plus(now, 1000) };
  const verdict = judgeWindow(run.plan.window, now, heldForMs(run));
  if (verdict.open) return step('resume');
  return verdict.next === null ? IDLE : { kind: 'wait', until: verdict.next };
}

/** The length that did not fit: the very one that is asked again after resuming, or the run would resume and hold in turn. */
function heldForMs(run: Run): number {
  if (run.holding?.from === 'preparing') return predictedRunMs(run);
  const next = nextUnit(run);
  return next === undefined ? 0 : neededToBeginMs(run, next.position);
}

/** The moment at which a worker has something to do; null when nothing happens without a person. */
export function dueAt(run: Run, now: Instant): Instant | null {
  if (isWatched(run)) return now;
  const next = nextStep(run, now);
  if (next.kind === 'idle') return null;
  return next.kind === 'wait' ? next.until : now;
}
