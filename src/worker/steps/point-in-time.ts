import { between, type Instant } from '../../domain/instant.ts';
import type { Readings } from '../../domain/monitor.ts';
import { pointInTimeRefused, type PointInTime } from '../../domain/point-in-time.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Sent } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import type { ProviderRestore, RestoreRequest, RestoreTool } from '../../ports.ts';
import { readSamples, typical } from '../samples.ts';
import type { Task } from '../task.ts';
import { failedHooks } from './hooks.ts';
import type { Step } from './index.ts';
import { cannotRestore, restoreRequest } from './restore.ts';
import { unhealthy } from './validate.ts';

/** A recovery of a large database takes hours; after so long without a sign a person looks whether it goes on. */
const LOOK_MS = 30 * 60_000;
/** Between two looks once it is unsure: a person looks as well, and a server that starts is left alone. */
const AGAIN_MS = 30_000;
/** Between the note and the request no more may pass: well below a lease, so that nobody else has taken the run over meanwhile (F2). */
const AT_ONCE_MS = 3_000;

/**
 * Has the provider take the whole database back to the restore point of the run, in place. The request is noted before it is sent and is sent
 * once, at once or not at all: whoever finds it noted only looks whether the database went back, and asks a person where nobody knows (F61).
 */
export const pointInTime: Step = async ({ task, run, signal }) => {
  const request = restoreRequest(task, run, signal);
  const tool = task.context.restore;
  const wanted = run.restore?.pointInTime;
  if (request === null || tool === undefined || wanted === undefined) return cannotRestore(task);
  const sent = run.restore?.sent;
  if (sent !== undefined) return await look({ task, run, tool, request, sent, wanted });
  const provider = task.context.pointInTime;
  if (provider === undefined) return cannotRestore(task);
  return await ask({ task, run, tool, request, wanted, provider });
};

type Work = {
  readonly task: Task;
  readonly run: Run;
  readonly tool: RestoreTool;
  readonly request: RestoreRequest;
  readonly wanted: PointInTime;
};

async function ask({ task, run, tool, request, wanted, provider }: Work & { provider: ProviderRestore }): Promise<boolean> {
  const refused = async (why: string) =>
    (await task.report({ type: 'record_restore_failure', detail: `${why} The database was not touched.` })).ok;
  const span = await provider.span();
  if (!span.ok) throw new Error(`${span.why} The database was not touched.`);
  const why = pointInTimeRefused(run, provider.provider, span.value);
  if (why !== null) return await refused(why);
  await task.lockTarget();
  const { timeline } = await tool.mark(request);
  if (request.signal.aborted) return false;
  const before = performance.now();
  if (!(await task.report({ type: 'record_restore_sent', timeline })).ok) return false;
  const passed = performance.now() - before;
  // Somebody else may have the run, and somebody may have been told that it was not done: what is late is never sent.
  if (request.signal.aborted || passed > AT_ONCE_MS) {
    const detail = `This worker was held up or stopped for ${inWords(passed)} between the note and the request, and did not send it.`;
    return (await task.report({ type: 'record_restore_unsure', detail })).ok;
  }
  const answer = await provider.begin(wanted.to);
  if (answer.answer === 'refused') return await refused(answer.why);
  if (answer.answer === 'unknown') return (await task.report({ type: 'record_restore_unsure', detail: answer.why })).ok;
  return (await task.report({ type: 'record_restore_accepted' })).ok;
}

/** When this worker last looked at a run that is unsure, by its own clock. */
const lookedAt = new WeakMap<Task, number>();

async function look(work: Work & { sent: Sent }): Promise<boolean> {
  const { task, tool, request, sent } = work;
  const unsure = async (detail: string) => detail !== sent.unsure && (await task.report({ type: 'record_restore_unsure', detail })).ok;
  if (!sent.accepted && sent.unsure === '') return await unsure('The worker that asked did not live to tell the answer.');
  if (sent.unsure !== '' && performance.now() - (lookedAt.get(task) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false;
  lookedAt.set(task, performance.now());
  const went = await tool.wentBack({ ...request, timeline: sent.timeline });
  const now = await task.services.ledger.now();
  // What comes and goes is told twice an hour at most.
  const long = between(sent.unsureAt ?? sent.at, now) > LOOK_MS;
  if (!went.back) return long && (await unsure(went.why));
  const judged = await judge(work, now).catch((error: unknown) => {
    if (request.signal.aborted || !long) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { unsure: `The database was taken back, and cannot be looked at: ${why.replace(/\.$/, '')}.` };
  });
  if (request.signal.aborted) return false;
  if ('unsure' in judged) return await unsure(judged.unsure);
  return (await task.report({ type: 'record_restored', switched: null, ...judged })).ok;
}

type Judged = { readonly unsure: string } | { readonly after: Readings; readonly detail: string };

/** What a database that was taken back is like: the one from before the run, or for a person. Throws when it cannot be read. */
async function judge({ task, run, request, sent, wanted }: Work & { sent: Sent }, now: Instant): Promise<Judged> {
  const { hash } = await task.context.target.fingerprint();
  if (hash !== run.fingerprint) return { unsure: 'The database was taken back, and its schema is not the one from before the run.' };
  const ill = [
    ...(await task.context.target.validate(run.plan.appliedValidations)),
    ...(await unhealthy(task)),
    ...(await failedHooks(task, 'smoke', request.signal)),
  ];
  const after = typical(await readSamples(task.context.sources, run.plan.thresholds, now));
  return { after, detail: sentence({ wanted, took: inWords(between(sent.at, now)), ill }) };
}

/** It is done whatever is found: what is not well is said. */
function sentence({ wanted: { provider }, took, ill }: { wanted: PointInTime; took: string; ill: readonly string[] }): string {
  const health = ill.length === 0 ? 'the validations pass and the application is healthy' : `not confirmed: ${ill.join('; ')}`;
  return `${provider} took the whole database back to the restore point of the run, seen ${took} after it was asked; its schema equals the one from before the run; ${health}. Nothing that was written since is kept.`;
}
