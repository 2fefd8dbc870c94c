import type { Context, HumanCommand, WorkerCommand } from '../commands.ts';
import type { Happening } from '../events.ts';
import { between, plus } from '../instant.ts';
import type { Readings } from '../monitor.ts';
import { recoveryMoment } from '../point-in-time.ts';
import {
  extendedUntil,
  inExtendedWindow,
  isProved,
  mayRestore,
  ON_ITS_WAY_MS,
  REQUEST_MS,
  restoreId,
  restoreWords,
  type Restore,
} from '../restore.ts';
import { endsByItself, type Run } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

type Of<Type extends (HumanCommand | WorkerCommand)['type']> = Extract<HumanCommand | WorkerCommand, { type: Type }>;

/**
 * Asks for a restore; nothing is done before a second person agrees (R85). Allowed at any hour. Refuses a database that was not typed
 * as it is called, a backup that no restore has proved, and by the provider any moment but the restore point of this run. A run that still
 * works holds with it; a finished one is open again.
 */
export function requestRestore(run: Run, command: Of<'request_restore'>, context: Context): Decision {
  const { backup, offer, database, pointInTime } = command;
  if (run.state === 'completed' && !inExtendedWindow(run, context.now)) return tooLate(run);
  if (run.state === 'migrating')
    return refuse({
      code: 'already_so',
      detail: 'A statement may be running, so no restore can be asked for yet. Press Stop after this step, then ask again.',
    });
  if (!mayRestore(run, context.now)) return wrongState(run, 'restore');
  if (database !== run.plan.identity.database) return refuse({ code: 'wrong_database', database: run.plan.identity.database });
  if (!isProved(run, backup)) return refuse({ code: 'backup_not_proved', backup: backup.id });
  if (pointInTime !== undefined && (backup.id !== run.backup?.id || pointInTime.to !== recoveryMoment(backup)))
    return refuse({ code: 'unknown_backup', backup: pointInTime.to });
  const wanted = { backup, ...(pointInTime === undefined ? {} : { pointInTime }) };
  const requested: Happening = { type: 'restore_requested', offer, ...wanted };
  const detail = `@${context.actor.name} asked for ${restoreWords(wanted)}.`;
  return happened(...held(run, detail), requested);
}

/** A second person agrees to exactly the backup they saw; whoever asked cannot be the second (R85). */
export function approveRestore(run: Run, { backupId }: Of<'approve_restore'>, { actor, now }: Context): Decision {
  const { restore } = run;
  if (run.state === 'restoring' && restore?.approvedBy != null)
    return refuse({ code: 'already_so', detail: `@${restore.approvedBy.name} has agreed already; the restore is under way.` });
  if (restore === null || restore.stage !== 'asked') return refuse({ code: 'restore_not_asked' });
  if (!mayRestore(run, now)) return wrongState(run, 'restore');
  if (restore.by.id === actor.id) return refuse({ code: 'second_person' });
  if (restoreId(restore) !== backupId) return refuse({ code: 'restore_differs', backup: restoreId(restore) });
  if (between(restore.at, now) > REQUEST_MS) return refuse({ code: 'restore_expired', by: `@${restore.by.name}`, at: restore.at });
  return happened({ type: 'restore_approved' });
}

/**
 * Somebody looked at the provider's. It does not take the database back: the run goes back to where it stood, and may be asked for anew. It did,
 * although that was not recognised here (another schema, a new system identifier): the run ends restored, and says that nothing was confirmed (F61). Refused before an answer is known, and for a minute after the request was noted, because it may be on its way.
 */
export function giveUpRestore(run: Run, { wentBack }: Of<'give_up_restore'>, { actor, now }: Context): Decision {
  const { sent, pointInTime } = run.restore ?? {};
  if (run.state !== 'restoring' || sent === undefined || pointInTime === undefined) return refuse({ code: 'restore_not_asked' });
  if (!sent.accepted && sent.unsure === '')
    return refuse({ code: 'already_so', detail: `${pointInTime.provider} is being asked at this moment. Wait for its answer.` });
  const until = plus(sent.at, ON_ITS_WAY_MS);
  if (between(now, until) > 0) return refuse({ code: 'restore_on_its_way', provider: pointInTime.provider, until });
  if (wentBack === true) {
    const seen = sent.unsure === '' ? 'It was not seen here' : sent.unsure.replace(/\.$/, '');
    const detail = `@${actor.name} looked: ${pointInTime.provider} took the whole database back to the restore point of the run; not confirmed: ${seen}; its schema, the validations and the application were not judged. Nothing that was written since is kept.`;
    return happened({ type: 'restored', after: UNREAD, switched: null, detail });
  }
  const detail = `@${actor.name} looked: ${pointInTime.provider} did not take the database back. Ask again, or choose another way.`;
  return happened({ type: 'restore_failed', detail });
}

/** What the worker says of the stages. A failure goes back to where the run stood: nothing was renamed, and nothing taken back. */
export function recordRestore(run: Run, command: RestoreReport): Decision {
  const { restore } = run;
  if (run.state !== 'restoring' || restore === null) return wrongState(run, 'restore');
  if (restore.pointInTime !== undefined) return recordPointInTime(restore, command);
  const { stage } = restore;
  switch (command.type) {
    case 'record_restore_loaded':
      return stage === 'loading' ? happened({ type: 'restore_loaded', ms: command.ms }) : refuse({ code: 'out_of_order' });
    case 'record_restore_compared': {
      if (stage !== 'beside') return refuse({ code: 'out_of_order' });
      if (command.failures.length === 0) return happened({ type: 'restore_validated' });
      const detail = `The restored copy does not pass: ${command.failures.join('; ')}. Nothing was switched; the live database is as it was.`;
      return happened({ type: 'restore_failed', detail });
    }
    case 'record_restored':
      if (stage !== 'validated' || command.switched === null) return refuse({ code: 'out_of_order' });
      return happened({ type: 'restored', after: command.after, switched: command.switched, detail: command.detail });
    case 'record_restore_failure':
      return happened({ type: 'restore_failed', detail: command.detail });
    default:
      return refuse({ code: 'out_of_order' });
  }
}

type RestoreReport = Of<
  | 'record_restore_loaded'
  | 'record_restore_compared'
  | 'record_restored'
  | 'record_restore_failure'
  | 'record_restore_sent'
  | 'record_restore_accepted'
  | 'record_restore_unsure'
>;

/** Nobody read anything. */
const UNREAD: Readings = { error_rate: null, p95: null, connections: null, long_queries: null, lock_waits: null };

/** The request is noted once, before it is sent, and never sent again: what comes after it is its answer, or that nobody knows one. */
function recordPointInTime({ stage, sent }: Restore, command: RestoreReport): Decision {
  switch (command.type) {
    case 'record_restore_sent':
      return stage === 'loading' ? happened({ type: 'restore_sent', timeline: command.timeline }) : refuse({ code: 'out_of_order' });
    case 'record_restore_accepted':
      return sent === undefined || sent.accepted || sent.unsure !== ''
        ? refuse({ code: 'out_of_order' })
        : happened({ type: 'restore_accepted' });
    case 'record_restore_unsure':
      // What is found later may be another reason, and somebody has to hear of it.
      return sent === undefined || sent.unsure === command.detail
        ? refuse({ code: 'out_of_order' })
        : happened({ type: 'restore_unsure', detail: command.detail });
    case 'record_restored':
      if (sent === undefined || command.switched !== null) return refuse({ code: 'out_of_order' });
      return happened({ type: 'restored', after: command.after, switched: null, detail: command.detail });
    case 'record_restore_failure':
      // What may be under way is given up by a person alone.
      return sent !== undefined && (sent.accepted || sent.unsure !== '')
        ? refuse({ code: 'out_of_order' })
        : happened({ type: 'restore_failed', detail: command.detail });
    default:
      return refuse({ code: 'out_of_order' });
  }
}

/** Holds what still works, and opens again what is finished; nothing where it stands still already. */
export function held(run: Run, detail: string): readonly Happening[] {
  // A hold that ends by itself would go on in the middle of it.
  const goesOn =
    ['migrating', 'validating', 'observing', 'completed'].includes(run.state) || (run.state === 'holding' && endsByItself(run));
  return goesOn ? [{ type: 'held', reason: 'problem_reported', detail }] : [];
}

/** After the extended window it is an incident of its own, and the target may be another run's by now (R81). */
export function tooLate(run: Run): Decision {
  return refuse({ code: 'extended_over', until: extendedUntil(run) ?? run.plan.plannedAt });
}
