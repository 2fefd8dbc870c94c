import { LEAST_CALLS, USUAL_STATEMENT_MEAN_MS } from '../../domain/end-comparison.ts';
import { validatedAtEnd } from '../../domain/end-judgement.ts';
import { between } from '../../domain/instant.ts';
import { alertRulesOf } from '../../domain/ladder.ts';
import { readCompared } from '../compared.ts';
import { typical } from '../samples.ts';
import { isStaging } from '../../domain/staging.ts';
import { tellTriedOut } from '../../usecases/staging-line.ts';
import type { Step } from './index.ts';

/** T+15 has come and nothing alerts: the run is completed with the readings of now (R57). */
export const finish: Step = async ({ task, run }) => {
  const { ledger } = task.services;
  const [samples, now] = await Promise.all([ledger.recent(run.id, 10), ledger.now()]);
  // A worker that has just taken over has not looked yet: what its predecessor read long ago does not say how it ends.
  if (!samples.some((sample) => between(sample.at, now) <= run.plan.timing.monitorSilenceMs)) return false;
  // Services are asked less often than that; what is older than this is dark, and has been said.
  const { unknownWarnMs } = alertRulesOf(run.plan);
  const after = typical(samples.filter((sample) => between(sample.at, now) <= unknownWarnMs));
  // Fewer executions, or shorter ones, cannot be too slow: their texts are not asked for.
  const leastMs = LEAST_CALLS * (run.plan.thresholds.statementMeanMs ?? USUAL_STATEMENT_MEAN_MS);
  const ends = run.vouched === null && validatedAtEnd(run, now);
  const compared = ends ? await readCompared(task.context.sources, run, leastMs) : {};
  const finished = (await task.report({ type: 'finish', after, ...compared })).ok;
  if (finished && isStaging(run)) await tellTriedOut(task.services, run);
  return finished;
};
