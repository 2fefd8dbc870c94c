import { hookTestsDue, missingTests, missingWords, testState } from '../application-tests.ts';
import { blindHold, isBlind, observedUntil } from '../auto-rollback.ts';
import type { Context, WorkerCommand } from '../commands.ts';
import { comparedFailures, unknownAtEnd } from '../end-comparison.ts';
import { endFailures, endPatienceUntil, validatedAtEnd } from '../end-judgement.ts';
import { between } from '../instant.ts';
import { METRICS, standingAlerts } from '../monitor.ts';
import type { Run } from '../run.ts';
import { isStaging } from '../staging.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

type Of<Type extends WorkerCommand['type']> = Extract<WorkerCommand, { type: Type }>;

/** After the last statement, and once more when the end is due (R58). */
export function recordValidation(run: Run, command: Of<'record_validation'>, { now }: Context): Decision {
  const again = run.state === 'observing' && run.t0 !== null && between(observedUntil(run, now), now) >= 0;
  if (run.state !== 'validating' && !again) return wrongState(run, 'validate');
  if (command.failures.length === 0) return happened({ type: 'validated' });
  return happened({ type: 'held', reason: 'validation_failed', detail: command.failures.join('; ') });
}

/** Ends an observed run, or holds it with what is not as it must be at the end (R57, R61–R68). */
export function finish(run: Run, command: Of<'finish'>, context: Context): Decision {
  if (run.state !== 'observing' || run.t0 === null) return wrongState(run, 'finish');
  const blind = blindHold(run, context.now);
  if (blind !== null) return happened({ type: 'held', ...blind });
  const early = between(observedUntil(run, context.now), context.now) < 0;
  const untried = isStaging(run) && run.staged.after === null;
  if (early || untried || isBlind(run) || standingAlerts(run).length > 0 || !validatedAtEnd(run, context.now))
    return refuse({ code: 'out_of_order' });
  // What was never readable says nothing new; what went dark since the first write may be the harm itself (invariant 10).
  const dark = METRICS.filter((metric) => run.baseline?.[metric] != null && command.after[metric] == null);
  if (dark.length > 0 && run.vouched === null) return wentDark(dark.map((metric) => metric.replace('_', ' ')));
  // Of a staging run the load and the smoke tests have the word; its application has no traffic to speak of.
  const judged = run.vouched === null && !isStaging(run);
  const failures = judged ? [...endFailures(run, command.after), ...comparedFailures(run.plan.thresholds, run.forEnd, command)] : [];
  const unknown = judged ? unknownAtEnd(run.forEnd, command) : [];
  if (failures.length + unknown.length === 0) return tested(run, command, context);
  // A moment's reading does not hold a run at night; it is asked again, and never finished silently.
  if (between(endPatienceUntil(run, context.now), context.now) < 0) return refuse({ code: 'out_of_order' });
  if (failures.length === 0) return wentDark(unknown);
  const unread = unknown.length === 0 ? '' : ` Not readable any more: ${unknown.join('; ')}.`;
  const detail = `At the end ${failures.join('; ')}.${unread} Every statement is applied and validated. Look at the application: Resume vouches for it and ends the run, or roll back.`;
  return happened({ type: 'held', reason: 'not_as_before', detail });
}

function wentDark(names: readonly string[]): Decision {
  const detail = `${names.join(', ')} could be read before the first write and cannot be read now, so nobody knows how the application is. Every statement is applied. Look at it yourself: Resume vouches for it, or roll back.`;
  return happened({ type: 'held', reason: 'monitor_silent', detail });
}

/** The last thing between an application that reads well and the end: what the team tries on it itself (R61–R64). */
function tested(run: Run, { after }: Of<'finish'>, { now }: Context): Decision {
  if (run.testsVouched !== null) return happened({ type: 'completed', after });
  // What a hook said before the end says nothing of the end.
  if (hookTestsDue(run, now)) return refuse({ code: 'out_of_order' });
  const missing = missingTests(run);
  if (missing.length === 0) return happened({ type: 'completed', after });
  // Whoever is at it gets a moment more; what has failed does not mend itself.
  const failed = missing.some(({ name }) => testState(run, name) === 'failed');
  if (!failed && between(endPatienceUntil(run, now), now) < 0) return refuse({ code: 'out_of_order' });
  const detail = `At the end of the observation ${missingWords(run)}. Every statement is applied and validated, and the readings are as before.`;
  return happened({ type: 'held', reason: 'tests_open', detail });
}
