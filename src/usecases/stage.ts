import type { PlanItem } from '../domain/checklist.ts';
import { COMMAND_ROLES } from '../domain/decide/human.ts';
import { digestOf } from '../domain/digest.ts';
import { byVersion } from '../domain/formats.ts';
import type { ItemKey } from '../domain/items.ts';
import { hasRole, whoMay, type Actor } from '../domain/people.ts';
import type { Migration, Plan } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { OPEN, type Run } from '../domain/run.ts';
import { contentOf, isStaging, stagingLimits } from '../domain/staging.ts';
import type { Outcome, Services, TargetContext } from '../ports.ts';
import { checklistOf } from './checklist.ts';
import { drawPlan, whyUnusable } from './plan.ts';
import { tellTriedOut } from './staging-line.ts';

/** Of the twin's own lines those that say whether the engine may work there; traffic and people are production's. */
const STAGING_LINES: readonly ItemKey[] = [
  'connections',
  'long_queries',
  'other_dumps',
  'replication_lag',
  'disk',
  'latency',
  'backup',
  'rollback_proof',
];

/**
 * Tries the open plan of a target out on its twin: a run of the very same files in the same order, with the engine's whole way and fewer
 * gates (decision 17). Changes nothing on the target itself. Refuses a target without a twin or without an open plan, and a twin on which
 * the same files are not exactly what is pending.
 */
export async function stage(services: Services, { target, actor }: { target: string; actor: Actor }): Promise<Outcome> {
  const context = services.targets.get(target);
  const twin = context?.staging === undefined ? undefined : services.targets.get(context.staging.twin);
  if (context?.staging === undefined || twin === undefined) return refuse({ code: 'no_twin', target });
  const people = services.people();
  // Asked before anything is made: whoever may not start could not call it off either.
  if (!hasRole(people, actor.id, COMMAND_ROLES.start)) return refuse({ code: 'not_permitted', who: whoMay(people, COMMAND_ROLES.start) });
  const run = await services.ledger.active(target);
  if (run === null) return refuse({ code: 'no_run', target });
  if (!OPEN.includes(run.state))
    return refuse({ code: 'wrong_state', state: run.state.replace('_', ' '), command: 'try out on staging' }, run);
  if (run.problem !== null) return refuse({ code: 'migrations_unreadable', detail: run.problem }, run);
  const active = await services.ledger.active(twin.name);
  if (active !== null) {
    const { number, state } = active;
    return refuse({ code: 'active_run', number, target: twin.name, state: state.replace('_', ' ') }, active);
  }
  const detail = await whyUnusable(twin);
  if (detail !== null) return refuse({ code: 'target_unusable', detail });
  const drawn = await planOnTwin(services, { run, twin, anyHour: context.staging.anyHour });
  if ('refusal' in drawn) return refuse(drawn.refusal);
  return begin(services, { plan: drawn.plan, twin: twin.name, actor });
}

/** Plans and starts; a start that is refused leaves nothing open behind it. */
async function begin(services: Services, { plan, twin, actor }: { plan: Plan; twin: string; actor: Actor }): Promise<Outcome> {
  const { ledger } = services;
  const created = await ledger.create({ target: twin, plan, digest: digestOf(plan, null, services.sha256), actor });
  if (!created.ok) return created;
  // A request that has a name made the run; what follows from it is no repetition.
  const { request: _, ...same } = actor;
  const started = await ledger.execute(created.run.id, { type: 'start' }, same);
  if (!started.ok) {
    await ledger.execute(created.run.id, { type: 'cancel' }, same);
    return { ...started, run: null };
  }
  await tellTriedOut(services, started.run);
  return started;
}

type OnTwin = { readonly run: Run; readonly twin: TargetContext; readonly anyHour: boolean };

async function planOnTwin(services: Services, { run, twin, anyHour }: OnTwin): Promise<{ plan: Plan } | { refusal: Refusal }> {
  const applied = byVersion(await twin.target.applied(), ({ version }) => version);
  const already = run.plan.migrations.filter(({ version }) => applied(version) !== undefined);
  if (already.length > 0) return { refusal: { code: 'twin_differs', detail: await appliedDetail(services, twin.name, already) } };
  const drawn = await drawPlan(twin, await services.ledger.now());
  if (!drawn.ok) return drawn;
  const other = differences(run.plan.migrations, drawn.plan.migrations, twin.name);
  const content = contentOf(run.plan, services.sha256);
  if (other !== null || contentOf(drawn.plan, services.sha256) !== content)
    return { refusal: { code: 'twin_differs', detail: other ?? `What is pending on ${twin.name} is in another order.` } };
  const stagingFor = {
    runId: run.id,
    number: run.number,
    target: run.target,
    content,
    fingerprint: run.plan.fingerprint,
    limits: stagingLimits(run.plan.thresholds),
  };
  const window = anyHour ? { ...drawn.plan.window, days: [], freezes: [] } : drawn.plan.window;
  // Of a staging run the load and the smoke tests have the word; nobody waits for a person there.
  const { applicationTests: _, ...plan } = drawn.plan;
  return { plan: { ...plan, window, quorum: 0, items: linesFor(twin), stagingFor } };
}

function linesFor(twin: TargetContext): readonly PlanItem[] {
  return checklistOf(twin).filter(({ key, kind }) => kind === 'machine' && STAGING_LINES.includes(key));
}

async function appliedDetail({ ledger }: Services, twin: string, already: readonly Migration[]): Promise<string> {
  const names = already.map(({ version, name }) => `${version}_${name}`).join(', ');
  const last = (await ledger.list({ target: twin, limit: 20 })).find((run) => isStaging(run) && run.state === 'completed');
  const how =
    last === undefined
      ? `Take it back there first, or make ${twin} anew from production.`
      : `Roll back staging run #${last.number} first: /migrate rollback #${last.number}, or offpeak --target ${twin} rollback.`;
  return `${names} ${already.length === 1 ? 'is' : 'are'} applied on ${twin} already, so nothing would be tried out. ${how}`;
}

/** What is pending there and is not in the plan, the other way round, or with other bytes; null when nothing is. */
function differences(wanted: readonly Migration[], pending: readonly Migration[], twin: string): string | null {
  const name = ({ version, name: called }: Migration) => `${version}_${called}`;
  const extra = pending.filter(({ version }) => !wanted.some((each) => each.version === version));
  if (extra.length > 0)
    return `${extra.map(name).join(', ')} ${extra.length === 1 ? 'is' : 'are'} pending on ${twin} and not part of this plan: bring ${twin} to where production is first.`;
  const missing = wanted.filter(({ version }) => !pending.some((each) => each.version === version));
  if (missing.length > 0) return `${missing.map(name).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not among the files of ${twin}.`;
  const edited = wanted.filter((migration) => {
    const there = pending.find(({ version }) => version === migration.version);
    return (['up', 'down', 'validate'] as const).some((kind) => there?.[kind]?.sha256 !== migration[kind]?.sha256);
  });
  return edited.length === 0
    ? null
    : `${edited.map(name).join(', ')} reads differently for ${twin}: both targets must take the same files.`;
}

function refuse(refusal: Refusal, run: Run | null = null): Outcome {
  return { ok: false, refusal, run };
}
