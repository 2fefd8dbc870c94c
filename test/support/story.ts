import type { Command, HumanCommand } from '../../src/domain/commands.ts';
import { HUMAN_ITEMS } from '../../src/domain/items.ts';
import type { Run, RunState } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { work } from '../../src/worker/worker.ts';
import type { Services } from '../../src/ports.ts';
import { by } from './plans.ts';
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
  const outcome = await site.services.ledger.execute(run.id, command satisfies Command, by(who));
  if (!outcome.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.run;
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

/** Plans, gathers, confirms and approves with a worker beside it, up to the state approved. */
export async function approvedRun(site: Site): Promise<Run> {
  const planned = await plan(site.services, { target: 'production', actor: by('nora') });
  if (!planned.ok) throw new Error(`plan was refused: ${JSON.stringify(planned.refusal)}`);
  let run = await tell(site, planned.run, 'nora', { type: 'start_checklist' });
  for (const item of HUMAN_ITEMS) run = await tell(site, run, 'ana', { type: 'confirm_item', item, note: 'Looked at it.' });
  const worker = startWorker(site.services, 'gatherer');
  await until(async () => ((await site.services.ledger.load(run.id))?.rehearsal ?? null) !== null, {
    what: 'the rehearsal',
    deadlineMs: 60_000,
  });
  await worker.stop();
  run = (await site.services.ledger.load(run.id)) ?? run;
  await tell(site, run, 'sam', { type: 'approve', digest: run.digest });
  return tell(site, run, 'kim', { type: 'approve', digest: run.digest });
}
