import { announceable, intended, unitRun } from '../ahead.ts';
import type { AppliedUnit, Context, WorkerCommand } from '../commands.ts';
import type { Happening } from '../events.ts';
import { evolve } from '../evolve.ts';
import { forwardHold, neededToBeginMs } from '../gates.ts';
import { nextUnit, type Run, type RunState } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

type Of<Type extends WorkerCommand['type']> = Extract<WorkerCommand, { type: Type }>;

/** The intent of a unit, with those of the small ones behind it when that is asked for; or the hold that comes instead. */
export function beginUnit(run: Run, command: Of<'begin_unit'>, context: Context): Decision {
  const { position, backend, newestSample } = command;
  if (run.state !== 'migrating') return wrongState(run, 'migrate');
  if (nextUnit(run)?.position !== position) return refuse({ code: 'out_of_order' });
  const { now } = context;
  const hold = forwardHold(run, { now, newestSample, durationMs: neededToBeginMs(run, position) });
  if (hold !== null) return happened({ type: 'held', ...hold });
  const begun: Happening = { type: 'unit_begun', position, backend };
  return command.ahead === true ? happened(begun, ...announced(run, command, context)) : happened(begun);
}

function announced(run: Run, { position, backend, newestSample }: Omit<Of<'begin_unit'>, 'type'>, { now }: Context): readonly Happening[] {
  const positions = announceable(run, position, { backend, newestSample, now });
  return positions.length === 0 ? [] : [{ type: 'units_announced', positions, backend }];
}

/** A statement may commit in the moment in which somebody presses Roll back: what happened is recorded all the same. */
const RECORDING: readonly RunState[] = ['migrating', 'stopping', 'holding'];

/** What several units came to, and what was announced for nothing; then the intents of what follows, as one decision. */
export function recordUnits(run: Run, { units, withdrawn, next }: Of<'record_units'>, context: Context): Decision {
  if (!RECORDING.includes(run.state)) return wrongState(run, 'migrate');
  const happenings: Happening[] = units.map((unit) => ({ ...unit, type: 'unit_applied' }));
  if (withdrawn.length > 0) happenings.push({ type: 'units_withdrawn', positions: withdrawn });
  if (!fits(run, units, withdrawn)) return refuse({ code: 'out_of_order' });
  const after = happenings.reduce((so, happening) => evolve(so, { ...happening, at: context.now, actor: context.actor }), run);
  if (run.state !== 'migrating') return happened(...happenings);
  const following = nextUnit(after);
  if (following === undefined) return happened(...happenings, { type: 'all_applied' });
  const underWay = next !== undefined && intended(after, following.position, next.backend);
  if (run.stopRequested !== null) {
    // Whoever goes on is in the middle of the next one: it is finished first.
    if (underWay) return happened(...happenings);
    return happened(...happenings, {
      type: 'held',
      reason: 'stopped',
      detail: `@${run.stopRequested.name} asked to stop after this step.`,
    });
  }
  if (next === undefined) return happened(...happenings);
  const begin = { type: 'begin_unit', position: following.position, ...next, ahead: true } as const;
  if (underWay) return happened(...happenings, ...announced(after, begin, context));
  const begun = beginUnit(after, begin, context);
  return happened(...happenings, ...(begun.ok ? begun.happenings : []));
}

/** Only what was begun or announced can be applied, once, and only what was announced withdrawn. */
function fits(run: Run, units: readonly AppliedUnit[], withdrawn: readonly number[]): boolean {
  const positions = [...units.map(({ position }) => position), ...withdrawn];
  if (positions.length === 0 || new Set(positions).size !== positions.length) return false;
  const stateOf = (position: number) => unitRun(run, position)?.state;
  return (
    units.every(({ position }) => stateOf(position) === 'begun' || stateOf(position) === 'announced') &&
    withdrawn.every((position) => stateOf(position) === 'announced')
  );
}
