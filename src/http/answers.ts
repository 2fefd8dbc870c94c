import { awaited, linesOf, lineState } from '../domain/checklist.ts';
import type { Instant } from '../domain/instant.ts';
import { titleOf } from '../domain/items.ts';
import { METRICS } from '../domain/monitor.ts';
import { unitsOf } from '../domain/plan.ts';
import { refusalParts, type Refusal } from '../domain/refusal.ts';
import type { Run } from '../domain/run.ts';
import { utc } from '../slack/render/text.ts';
import type { RunView } from '../usecases/status.ts';

/** What goes back: a status and JSON. */
export type Answer = { readonly status: number; readonly body: object; readonly headers?: Readonly<Record<string, string>> };

/** Why not, as everywhere: what was refused and whether anything changed, and what to do now. */
export function failure(status: number, code: string, { message, next }: { message: string; next: string }): Answer {
  return { status, body: { error: { code, message, next } } };
}

const STATUS: Readonly<Partial<Record<Refusal['code'], number>>> = { not_permitted: 403, no_run: 404 };

/** The part of a refusal that says whether anything changed; it stands second or last, or in the first. */
const UNTOUCHED = /^(Nothing (more )?was|The database was not touched)/;

/** A refusal in the words of every other door. */
export function refused(refusal: Refusal): Answer {
  const [what, ...others] = refusalParts(refusal, utc);
  const touched = others.filter((part) => UNTOUCHED.test(part));
  const next = others.filter((part) => !UNTOUCHED.test(part)).join(' ') || 'Do what the message says, then send it again.';
  return failure(STATUS[refusal.code] ?? 409, refusal.code, { message: [what, ...touched].join(' '), next });
}

/** What anybody sees of a run in a list. */
export function runLine(run: Run): object {
  return {
    number: run.number,
    target: run.target,
    state: run.state,
    requester: run.requester.name,
    digest: run.digest,
    planned_at: run.plan.plannedAt,
    scheduled_for: run.scheduledFor,
    started_at: run.started?.at ?? null,
    ended_at: run.end?.at ?? null,
    outcome: run.end?.detail ?? null,
  };
}

/** One run as its card shows it: what it waits for, what it did, how its database is. */
export function runBody({ run, now, samples, progress, price = null }: RunView): object {
  const units = unitsOf(run.plan);
  return {
    ...runLine(run),
    version: run.version,
    migrations: run.plan.migrations.map(({ version, name }) => ({ version, name })),
    checklist: linesOf(run.plan).map((line) => lineBody(run, line, now)),
    approvals: run.approvals.map(({ by, at, expiresAt }) => ({ by: by.name, at, expires_at: expiresAt })),
    quorum: run.plan.quorum,
    t0: run.t0,
    step: run.step,
    stop_requested_by: run.stopRequested?.name ?? null,
    holding: run.holding,
    speed: run.speed,
    progress,
    units: run.units.map(({ position, state, ms }) => ({ position, migration: units[position]?.version ?? null, state, ms })),
    readings: METRICS.map((metric) => samples.findLast((sample) => sample.metric === metric)).filter((sample) => sample !== undefined),
    alerts: Object.values(run.alerts),
    watcher: run.watcher === null ? null : { name: run.watcher.actor.name, seen_at: run.watcher.seenAt },
    rollback: run.rollback === null ? null : { by: run.rollback.by.name, at: run.rollback.at, undone: run.rollback.undone },
    price,
    remaining: run.end?.remaining ?? [],
  };
}

function lineBody(run: Run, line: ReturnType<typeof linesOf>[number], now: Instant): object {
  const { key, kind } = line;
  const evidence = run.evidence[key];
  return {
    item: key,
    title: titleOf(key),
    kind,
    state: lineState(run, key, now),
    value: evidence?.value ?? null,
    limit: evidence?.limit ?? null,
    expires_at: evidence?.expiresAt ?? null,
    waits_for: kind === 'personal' ? awaited(run, line, now) : [],
  };
}
