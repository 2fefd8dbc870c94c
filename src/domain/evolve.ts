import { missingTests } from './application-tests.ts';
import type { HoldReason, RunEvent } from './events.ts';
import { healthLines } from './checklist.ts';
import { vouchedWords } from './end-judgement.ts';
import { ALERT_CHANGES, takenUpon } from './evolve-alerts.ts';
import { between } from './instant.ts';
import type { ItemKey } from './items.ts';
import { OFFPEAK } from './people.ts';
import { unitsOf } from './plan.ts';
import { requestOf } from './requests.ts';
import type { Run, RunState } from './run.ts';
import { RESTORE_CHANGES } from './evolve-restore.ts';
import { keptMoment, recheckAt } from './schedule.ts';
import { filledOtherwise, othersWords, withEvidence, withWord, without, withoutItems } from './evolve-checklist.ts';
import { closedPage, watchedBy, withPage } from './evolve-attended.ts';
import { announcedUnit, appliedUnit, begunUnit, heldAt, withUnit } from './evolve-units.ts';
import { reclassed, STAGING_CHANGES } from './evolve-staging.ts';

/** The identity a run gets when it is created; events carry everything else. */
export type RunIdentity = { readonly id: string; readonly number: number };

type Changes = { readonly [Type in RunEvent['type']]: (run: Run, event: Extract<RunEvent, { type: Type }>) => Partial<Run> };

/** The run after its first event. Any other first event is a bug in the ledger. */
export function begin(identity: RunIdentity, event: RunEvent): Run {
  if (event.type !== 'planned') throw new Error(`A run begins with planned, not ${event.type}`);
  return {
    ...identity,
    version: 1,
    state: 'planned',
    target: event.target,
    requester: event.actor,
    plan: event.plan,
    digest: event.digest,
    changes: [],
    problem: null,
    evidence: {},
    waivers: {},
    acknowledged: {},
    onCall: null,
    checklist: null,
    approvals: [],
    backup: null,
    rehearsal: null,
    scheduledFor: null,
    started: null,
    t0: null,
    dryRunAt: null,
    baseline: null,
    after: null,
    validatedAt: null,
    fingerprint: null,
    units: [],
    step: null,
    stopRequested: null,
    speed: 100,
    holding: null,
    alerts: {},
    lost: {},
    darkMs: 0,
    newIssues: null,
    armed: null,
    asks: null,
    respite: null,
    recovery: null,
    watcher: null,
    presenceAsked: null,
    pages: [],
    vouched: null,
    tests: {},
    testsVouched: null,
    rollback: null,
    requests: withRequest([], event),
    raised: null,
    staged: { before: null, after: null },
    restore: null,
    switched: null,
    problemReport: null,
    lessons: null,
    end: null,
  };
}

/** The run after one more event. Pure: the same events give the same run on every machine. */
export function evolve(run: Run, event: RunEvent): Run {
  const change = CHANGES[event.type] as (run: Run, event: RunEvent) => Partial<Run>;
  return { ...run, ...change(run, event), requests: withRequest(run.requests, event), version: run.version + 1 };
}

/** Each once, however many events one request came to. */
function withRequest(requests: readonly string[], { actor }: RunEvent): readonly string[] {
  const request = requestOf(actor);
  return request === null || requests.at(-1) === request ? requests : [...requests, request];
}

/** The run after all its events. */
export function replay(identity: RunIdentity, events: readonly RunEvent[]): Run {
  const [first, ...rest] = events;
  if (first === undefined) throw new Error('A run without events');
  return rest.reduce(evolve, begin(identity, first));
}

const CHANGES: Changes = {
  ...ALERT_CHANGES,
  ...STAGING_CHANGES,
  planned: () => {
    throw new Error('planned happens once');
  },
  plan_revised: (run, event) => ({
    ...voided(run, event.changes, filledOtherwise(run, event.plan)),
    plan: event.plan,
    digest: event.digest,
    backup: backupFor(run, event.plan),
  }),
  plan_voided: (run, event) => ({ ...voided(run, ['The files cannot be planned any more.']), problem: event.problem }),
  checklist_started: (_run, event) => ({ state: 'checklist', checklist: { at: event.at, by: event.actor } }),
  evidence_recorded: (run, event) => ({ evidence: withEvidence(run, event.evidence) }),
  evidence_withdrawn: (run, event) => ({ evidence: withoutItems(run, [event.item]) }),
  item_acknowledged: (run, event) => ({
    acknowledged: withWord(run, event.item, { by: event.actor, at: event.at, expiresAt: event.expiresAt }),
  }),
  acknowledgement_withdrawn: (run, event) => ({
    acknowledged: { ...run.acknowledged, [event.item]: othersWords(run, event.item, event.actor.id) },
  }),
  item_waived: (run, event) => {
    const waiver = { by: event.actor, at: event.at, expiresAt: event.expiresAt, reason: event.reason };
    return { waivers: { ...run.waivers, [event.item]: waiver } };
  },
  waiver_withdrawn: (run, event) => ({ waivers: without(run.waivers, [event.item]) }),
  // As if there were no backup: the next step takes one.
  drill_requested: (run) => ({ backup: null, evidence: withoutItems(run, ['backup', 'rollback_proof', 'restore_drill']) }),
  on_call_resolved: (_run, event) => ({ onCall: event.people }),
  step_begun: (_run, event) => ({ step: { name: event.step, at: event.at } }),
  backed_up: (_run, event) => ({ backup: event.backup }),
  rehearsed: (run, event) => ({
    rehearsal: event.rehearsal,
    digest: event.digest,
    evidence: reclassed(run, event.rehearsal, withEvidence(run, event.evidence)),
    ...voidedBy(run, event.digest),
  }),
  approved: (run, event) => {
    // Given again before it ran out, it takes the place of the one before.
    const others = run.approvals.filter((old) => old.by.id !== event.actor.id || old.digest !== event.digest || old.expiresAt <= event.at);
    return { approvals: [...others, { by: event.actor, at: event.at, digest: event.digest, expiresAt: event.expiresAt }] };
  },
  quorum_reached: () => ({ state: 'approved' }),
  rejected: (_run, event) => ended(event.at, 'cancelled', `Rejected by @${event.actor.name}: ${event.reason}`),
  scheduled: (_run, event) => ({ state: 'scheduled', scheduledFor: event.t0, watcher: { actor: event.actor, seenAt: event.at } }),
  schedule_missed: () => ({ state: 'approved', scheduledFor: null }),
  started: (run, event) => {
    // What the schedule opens, whoever scheduled it watches; who presses Start watches that.
    const by = event.actor.id === OFFPEAK.id && run.watcher !== null ? run.watcher.actor : event.actor;
    const watcher = { actor: by, seenAt: event.at };
    const scheduledFor = keptMoment(run, event.t0);
    return { state: 'preparing', started: { at: event.at, by }, t0: event.t0, scheduledFor, watcher, step: null };
  },
  dry_run_posted: (_run, event) => ({ dryRunAt: event.at }),
  migrating_begun: (_run, event) => ({
    state: 'migrating',
    t0: event.at,
    baseline: event.baseline,
    fingerprint: event.fingerprint,
    ...(event.anyOrder === undefined ? {} : { anyOrder: event.anyOrder }),
    ...(event.forEnd === undefined ? {} : { forEnd: event.forEnd }),
  }),
  unit_begun: (run, event) => ({ units: withUnit(run, event.position, (before) => begunUnit(before, event)) }),
  unit_applied: (run, event) => ({ units: withUnit(run, event.position, (before) => appliedUnit(before, event)) }),
  units_announced: (run, event) => ({
    units: event.positions.reduce((units, position) => withUnit({ units }, position, () => announcedUnit(position, event)), run.units),
  }),
  units_withdrawn: (run, event) => ({
    units: run.units.filter((unit) => unit.state !== 'announced' || !event.positions.includes(unit.position)),
  }),
  all_applied: () => ({ state: 'validating', stopRequested: null }),
  validated: (_run, event) => ({ state: 'observing', validatedAt: event.at }),
  application_tested: (run, event) => {
    const results = event.findings.map((finding) => [finding.test, { ...finding, at: event.at, actor: event.actor }] as const);
    return { tests: { ...run.tests, ...Object.fromEntries(results) } };
  },
  completed: (run, event) => {
    const detail = ['Every statement applied, validated and observed.', ...vouchedWords(run)].join(' ');
    return { ...ended(event.at, 'completed', detail), after: event.after };
  },
  presence_confirmed: (run, event) => ({ watcher: watchedBy(run, event) }),
  presence_asked: (_run, event) => ({ presenceAsked: event.at }),
  paged: (run, event) => ({ pages: withPage(run, event) }),
  page_closed: (run, event) => ({ pages: closedPage(run, event) }),
  stop_requested: (_run, event) => ({ stopRequested: event.actor }),
  speed_set: (_run, event) => ({ speed: event.percent }),
  held: (run, event) => ({
    state: 'holding',
    stopRequested: null,
    step: null,
    units: heldAt(run),
    holding: { reason: event.reason, detail: event.detail, since: event.at, from: heldFrom(run) },
    end: run.state === 'completed' ? null : run.end,
  }),
  resumed: (run, event) => ({
    state: resumedState(run),
    holding: null,
    restore: null,
    watcher: event.actor.via === 'worker' ? run.watcher : watchedBy(run, event),
    vouched: run.holding?.from === 'observing' && VOUCHED.includes(run.holding.reason) ? event.actor : run.vouched,
    testsVouched: run.holding?.reason === 'tests_open' && missingTests(run).length > 0 ? event.actor : run.testsVouched,
    ...(event.actor.via === 'worker' ? {} : takenUpon(run, event)),
    ...preparedAgain(run, event.at),
  }),
  rollback_requested: (run, event) => ({
    state: 'stopping',
    rollback: { by: event.actor, at: event.at, from: run.holding?.from ?? run.state, undone: [] },
    stopRequested: null,
    holding: null,
    armed: null,
    respite: null,
    restore: null,
    step: null,
    end: null,
  }),
  stopped: () => ({ state: 'rolling_back', step: null }),
  unit_undone: (run, event) => {
    const units = unitsOf(run.plan);
    return {
      rollback: run.rollback === null ? null : { ...run.rollback, undone: [...run.rollback.undone, event.version] },
      units: run.units.map((unit) => (units[unit.position]?.version === event.version ? { ...unit, state: 'undone' } : unit)),
    };
  },
  rolled_back: (_run, event) => ({ ...ended(event.at, 'rolled_back', event.detail), after: event.after }),
  rollback_failed: (_run, event) => ended(event.at, 'rollback_failed', event.detail, event.remaining),
  ...RESTORE_CHANGES,
  failed: (run, event) => ended(event.at, 'failed', event.detail, run.end?.remaining),
  cancelled: (_run, event) => ended(event.at, 'cancelled', event.reason),
};

/** Holds of the end that a person lets go on by vouching for the application. */
const VOUCHED: readonly HoldReason[] = ['monitor_silent', 'not_as_before'];

/** Whatever rested on the old plan is gone: approvals, waivers, proof, the reviews of it, the schedule (invariant 3). */
function voided(run: Run, changes: readonly string[], otherwise: readonly ItemKey[] = []): Partial<Run> {
  return {
    changes,
    problem: null,
    approvals: [],
    rehearsal: null,
    scheduledFor: null,
    evidence: withoutItems(run, ['rollback_proof', 'backup', 'rollback_review', 'staging', ...otherwise]),
    waivers: {},
    state: run.state === 'planned' ? 'planned' : 'checklist',
  };
}

/** A dump of another schema cannot prove the new plan, so it is as if there were none. */
function backupFor(run: Run, plan: Run['plan']): Run['backup'] {
  return plan.fingerprint === run.plan.fingerprint ? run.backup : null;
}

/** A finished run that is open again goes on where it was before its end; one that holds for another reason now, where it held from. */
function heldFrom(run: Run): RunState {
  return run.state === 'completed' ? 'observing' : (run.holding?.from ?? run.state);
}

/** Where a hold is left to: where it came from, or behind it when the last unit was recorded meanwhile. */
function resumedState(run: Run): RunState {
  const from = run.holding?.from ?? run.state;
  const done = unitsOf(run.plan).every((unit) => run.units.find((entry) => entry.position === unit.position)?.state === 'applied');
  return from === 'migrating' && done ? 'validating' : from;
}

/** After a hold in preparation what did not pass is read again; after a long one the backup is old, so everything is done again. */
function preparedAgain(run: Run, at: string): Partial<Run> {
  if (run.holding?.from !== 'preparing' || run.started === null) return {};
  const evidence = withoutItems(
    run,
    healthLines(run.plan).filter((item) => run.evidence[item]?.verdict !== 'pass'),
  );
  const long = between(run.holding.since, at) > run.plan.timing.machineEvidenceMs;
  // Whoever lets it go on after T-5 has chosen to begin when it is prepared.
  const recheck = recheckAt(run);
  const scheduledFor = recheck !== null && between(recheck, at) >= 0 ? null : run.scheduledFor;
  return { evidence, scheduledFor, started: long ? { ...run.started, at } : run.started };
}

/** A rehearsal that changes the digest voids approvals of the old one; one that confirms it keeps them (invariant 3). */
function voidedBy(run: Run, digest: string): Partial<Run> {
  if (digest === run.digest || run.approvals.length === 0) return {};
  const changes = ['The rehearsal came out differently from the one that was approved.'];
  const fallsBack = run.state === 'approved' || run.state === 'scheduled';
  return fallsBack ? { approvals: [], changes, state: 'checklist', scheduledFor: null } : { approvals: [], changes };
}

function ended(at: string, state: RunState, detail: string, remaining: readonly string[] = []): Partial<Run> {
  return { state, end: { at, detail, remaining }, step: null, holding: null };
}
