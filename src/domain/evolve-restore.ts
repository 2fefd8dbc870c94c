import type { RunEvent } from './events.ts';
import { unitsOf } from './plan.ts';
import type { Sent } from './restore.ts';
import type { Run } from './run.ts';

type Type =
  | 'problem_reported'
  | 'problem_assessed'
  | 'lessons_recorded'
  | 'restore_requested'
  | 'restore_approved'
  | 'restore_loaded'
  | 'restore_validated'
  | 'restore_sent'
  | 'restore_accepted'
  | 'restore_unsure'
  | 'restored'
  | 'restore_failed';
type Changes = { readonly [Each in Type]: (run: Run, event: Extract<RunEvent, { type: Each }>) => Partial<Run> };

/** What the events of the extended rollback and of a restore do to a run. */
export const RESTORE_CHANGES: Changes = {
  problem_reported: (_run, event) => ({
    problemReport: { by: event.actor, at: event.at, words: event.words, failures: null },
    lessons: null,
  }),
  problem_assessed: (run, event) => ({
    problemReport: run.problemReport === null ? null : { ...run.problemReport, failures: event.failures },
    step: null,
  }),
  lessons_recorded: (_run, event) => ({ lessons: { by: event.actor, at: event.at, text: event.lessons } }),
  restore_requested: (_run, event) => ({
    restore: {
      backup: event.backup,
      offer: event.offer,
      ...(event.pointInTime === undefined ? {} : { pointInTime: event.pointInTime }),
      by: event.actor,
      at: event.at,
      approvedBy: null,
      stage: 'asked',
      from: null,
      loadedMs: null,
    },
  }),
  restore_approved: (run, event) => {
    if (run.restore === null) return {};
    const from = { state: run.state, holding: run.holding, end: run.end };
    return {
      state: 'restoring',
      restore: { ...run.restore, approvedBy: event.actor, stage: 'loading', from },
      holding: null,
      stopRequested: null,
      step: null,
      end: null,
    };
  },
  restore_loaded: (run, event) => ({ restore: run.restore === null ? null : { ...run.restore, stage: 'beside', loadedMs: event.ms } }),
  restore_validated: (run) => ({ restore: run.restore === null ? null : { ...run.restore, stage: 'validated' } }),
  restore_sent: (run, event) => ({
    restore:
      run.restore === null
        ? null
        : { ...run.restore, stage: 'sent', sent: { at: event.at, timeline: event.timeline, accepted: false, unsure: '' } },
  }),
  restore_accepted: (run) => answered(run, { accepted: true }),
  restore_unsure: (run, event) => answered(run, { unsure: event.detail, unsureAt: event.at }),
  restored: (_run, event) => ({
    state: 'restored',
    end: { at: event.at, detail: event.detail, remaining: [] },
    after: event.after,
    switched: event.switched,
    step: null,
    holding: null,
  }),
  restore_failed: (run, event) => back(run, event),
};

function answered({ restore }: Run, answer: Partial<Sent>): Partial<Run> {
  return restore?.sent === undefined ? {} : { restore: { ...restore, sent: { ...restore.sent, ...answer } } };
}

/** Back to where it stood. A rollback that was given up for the restore is not gone on with: somebody has to choose anew. */
function back(run: Run, { at, detail }: { at: string; detail: string }): Partial<Run> {
  const from = run.restore?.from ?? null;
  const base = { restore: null, step: null, ...(run.restore === null ? {} : { undoneRestore: { ...run.restore, why: detail } }) } as const;
  if (from?.state === 'holding' || from === null) {
    const before = from?.holding?.from ?? 'observing';
    return { ...base, state: 'holding', holding: { reason: 'restore_failed', detail, since: at, from: before } };
  }
  const remaining = from.end?.remaining ?? stillApplied(run);
  return { ...base, state: 'rollback_failed', end: { at, detail, remaining, of: 'restore' } };
}

/** Versions of which something stands on the target, newest first. */
function stillApplied(run: Run): readonly string[] {
  const units = unitsOf(run.plan);
  const versions = run.units.filter((unit) => unit.state !== 'undone').map((unit) => units[unit.position]?.version ?? '');
  return [...new Set(versions.toReversed())];
}
