import { byVersion } from '../domain/formats.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sample } from '../domain/monitor.ts';
import type { RunPrice } from '../domain/price.ts';
import type { Run } from '../domain/run.ts';
import type { AppliedMigration, ProcessBeat, Progress, Services, TargetContext } from '../ports.ts';
import { priceOf } from './price.ts';

/** A run with everything a surface shows beside its events. */
export type RunView = {
  readonly run: Run;
  readonly now: Instant;
  readonly samples: readonly Sample[];
  readonly progress: Progress | null;
  /** What rolling back would cost now; absent where nobody asked, null when it is not known. */
  readonly price?: RunPrice | null;
};

/** One target as it stands. */
export type TargetStatus = {
  readonly target: string;
  readonly now: Instant;
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly string[];
  readonly active: RunView | null;
  readonly latest: Run | null;
  readonly processes: readonly ProcessBeat[];
  /** Why files or target could not be read; null when they could. */
  readonly problem: string | null;
};

/** A run as surfaces show it; null when there is no such run. */
export async function viewRun(
  services: Pick<Services, 'ledger'> & Partial<Pick<Services, 'targets'>>,
  runId: string,
): Promise<RunView | null> {
  const { ledger } = services;
  const run = await ledger.load(runId);
  if (run === null) return null;
  const [now, samples, progress] = await Promise.all([ledger.now(), ledger.recent(runId, 30), ledger.progress(runId)]);
  const price = await priceOf(services.targets?.get(run.target), run, { now });
  return { run, now, samples, progress, price };
}

async function readPlan({ target, migrations }: TargetContext) {
  const asked = target.applied();
  const [applied, read] = await Promise.all([asked, migrations.read({ applied: asked })]);
  return { applied, read };
}

/** What is applied, what is pending, what runs, and which processes live. */
export async function status(services: Services, target: string): Promise<TargetStatus> {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  const { ledger } = services;
  const [now, active, latest, processes] = await Promise.all([ledger.now(), ledger.active(target), ledger.latest(target), ledger.beats()]);
  // Beside the files: what a rollback would cost is counted on the target.
  const viewing = active === null ? null : viewRun(services, active.id);
  const reading = readPlan(context);
  // Told below, and not as an error that nobody caught.
  reading.catch(() => undefined);
  const view = await viewing;
  try {
    const { applied, read } = await reading;
    const row = byVersion(applied, ({ version }) => version);
    const pending = read.ok ? read.migrations.filter(({ version }) => row(version) === undefined).map((m) => `${m.version}_${m.name}`) : [];
    const problem = read.ok ? null : read.problems.map((entry) => entry.message).join('\n');
    return { target, now, applied, pending, active: view, latest, processes, problem };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { target, now, applied: [], pending: [], active: view, latest, processes, problem };
  }
}
