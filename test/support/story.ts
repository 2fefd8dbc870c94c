import { openItems } from '../../src/domain/checklist.ts';
import type { Command, HumanCommand } from '../../src/domain/commands.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run, RunState } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { work } from '../../src/worker/worker.ts';
import type { Services } from '../../src/ports.ts';
import { answers } from './commands.ts';
import { by, noticeEvidence } from './plans.ts';
import { QUICK } from './quick.ts';
import type { Site } from './site.ts';
import { until } from './until.ts';

/** Runs a worker of this process until `stop`. */
export function startWorker(services: Services, name = 'test-worker'): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const done = work(services, { name, timing: QUICK, signal: stopping.signal });
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

/** Gives a person's command and expects it to be carried out. */
export async function tell(site: Site, run: Run, who: Parameters<typeof by>[0], command: HumanCommand): Promise<Run> {
  return recorded(site, run, by(who), command);
}

/** Waits until the run is in one of the states; a run that does not come there says where it stands and what was logged. */
export async function reach(
  site: Site,
  run: Run,
  states: readonly RunState[],
  options: { deadlineMs?: number; signal?: AbortSignal } = {},
): Promise<Run> {
  const { deadlineMs = 120_000, signal } = options;
  const there = (now: Run) => signal?.aborted === true || states.includes(now.state);
  return waitFor(site, run, there, { what: `run to be ${states.join(' or ')}`, deadlineMs });
}

async function waitFor(site: Site, run: Run, holds: (run: Run) => boolean, wait: { what: string; deadlineMs: number }): Promise<Run> {
  let last = run;
  const looked = async () => {
    last = (await site.services.ledger.load(run.id)) ?? last;
    return holds(last);
  };
  await until(looked, wait).catch((error: unknown) => {
    const { state, step, holding, end, evidence } = last;
    throw new Error([String(error), JSON.stringify({ state, step, holding, end, evidence }, null, 1), ...site.lines.slice(-15)].join('\n'));
  });
  return last;
}

/** Everything people and the publisher have to say: there is no Slack here, so the notice is told as the publisher would. */
export async function answerAll(site: Site, run: Run): Promise<Run> {
  const now = await site.services.ledger.now();
  const evidence = noticeEvidence(run.plan, now);
  let last = await recorded(site, run, OFFPEAK, { type: 'record_evidence', evidence });
  for (const { command, actor } of answers(run, now)) last = await recorded(site, run, actor, command);
  return last;
}

async function recorded(site: Site, run: Run, actor: Actor, command: Command): Promise<Run> {
  const outcome = await site.services.ledger.execute(run.id, command, actor);
  if (!outcome.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.run;
}

/** Plans, gathers, confirms and approves with a worker beside it, up to the state approved. */
export async function approvedRun(site: Site): Promise<Run> {
  const planned = await plan(site.services, { target: 'production', actor: by('nora') });
  if (!planned.ok) throw new Error(`plan was refused: ${JSON.stringify(planned.refusal)}`);
  let run = await tell(site, planned.run, 'nora', { type: 'start_checklist' });
  run = await answerAll(site, run);
  const worker = startWorker(site.services, 'gatherer');
  // The rehearsal, and behind it the archive of its backup.
  const filled = async (now: Run) => now.rehearsal !== null && openItems(now, await site.services.ledger.now()).length === 0;
  const looked = async () => {
    const now = await site.services.ledger.load(run.id);
    return now !== null && (await filled(now));
  };
  await until(looked, { what: 'the rehearsal and every line of the checklist', deadlineMs: 60_000 });
  await worker.stop();
  run = (await site.services.ledger.load(run.id)) ?? run;
  await tell(site, run, 'sam', { type: 'approve', digest: run.digest });
  return tell(site, run, 'kim', { type: 'approve', digest: run.digest });
}
