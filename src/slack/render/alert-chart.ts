import { between, plus, type Instant } from '../../domain/instant.ts';
import { ladderOf } from '../../domain/ladder.ts';
import type { Alert, Level, Sample } from '../../domain/monitor.ts';
import { unitsOf } from '../../domain/plan.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import type { ChartFacts, Mark } from './chart.ts';
import { METRIC_TITLES, metricValue } from './metrics.ts';
import { utc } from './text.ts';

/** The picture an alert should have: one for each of its states, and what it says to those who do not see it. */
export type AlertPicture = {
  /** A picture of another stage is out of date. Nothing that changes every second is part of it. */
  readonly stage: string;
  readonly alt: string;
};

/** What is shown before and after the alert. */
const BEFORE_MS = 120_000;
const AFTER_MS = 15_000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 600_000;

const LEVEL_NAMES: Readonly<Record<Level, string>> = { watch: 'watch', consider: 'consider', roll_back: 'roll back' };

/** The picture of an alert as it stands: raised, graver or milder, cleared, or over with the run. Follows from the run alone. */
export function alertPicture(run: Run, alert: Alert): AlertPicture {
  const { metric, level, value, limit, baseline, since, raisedAt, clearedAt } = alert;
  const says = (number: number) => metricValue(metric, number);
  const before = baseline === null ? 'unknown before the run' : `${says(baseline)} before the run`;
  const end = clearedAt ?? run.end?.at ?? null;
  const lasted =
    end === null
      ? 'and it has not come down'
      : `${clearedAt === null ? 'until the run ended' : 'and cleared'} after ${inWords(between(since, end))}`;
  return {
    stage: JSON.stringify([raisedAt, clearedAt, level, value, run.rollback?.at ?? null, run.end?.at ?? null]),
    alt: `Chart of ${METRIC_TITLES[metric]} on run #${run.number}: ${says(value)}, above its limit of ${says(limit)}, ${before}. Above the limit since ${utc(since)}, ${lasted}.`,
  };
}

/** What the chart of an alert shows: the minutes around it, with the steps of the run as marks. */
export function alertChart({ run, samples, now }: { run: Run; samples: readonly Sample[]; now: Instant }, alert: Alert): ChartFacts {
  const own = samples.filter(({ metric }) => metric === alert.metric);
  const ended = alert.clearedAt ?? run.end?.at ?? null;
  const to = ended === null ? now : earlier(now, plus(ended, AFTER_MS));
  const wanted = later(plus(to, -LONGEST_MS), plus(alert.since, -BEFORE_MS));
  const from = earlier(plus(to, -SHORTEST_MS), later(wanted, own[0]?.at ?? wanted));
  return {
    metric: alert.metric,
    title: METRIC_TITLES[alert.metric],
    subtitle: `run #${run.number} on ${run.target}`,
    samples: own,
    levels: ladderOf(alert.metric, run.plan.thresholds, run.baseline).rungs.map(({ level, limit }) => ({
      name: LEVEL_NAMES[level],
      limit,
    })),
    baseline: alert.baseline,
    from,
    to,
    marks: marksOf(run, alert),
    zone: run.plan.window.zone,
  };
}

function marksOf(run: Run, alert: Alert): readonly Mark[] {
  const units = unitsOf(run.plan);
  const found: readonly (Mark | null)[] = [
    run.baseline === null || run.t0 === null ? null : { at: run.t0, label: 'T0' },
    ...run.units.map(({ position, begunAt }) => ({ at: begunAt, label: units[position]?.version ?? '' })),
    run.holding === null ? null : { at: run.holding.since, label: 'hold' },
    run.rollback === null ? null : { at: run.rollback.at, label: 'roll back' },
    { at: alert.raisedAt, label: 'alert' },
    alert.clearedAt === null ? null : { at: alert.clearedAt, label: 'cleared' },
    run.end === null ? null : { at: run.end.at, label: run.state === 'rolled_back' ? 'rolled back' : 'end' },
  ];
  return found.filter((mark) => mark !== null).toSorted((a, b) => between(b.at, a.at));
}

function earlier(a: Instant, b: Instant): Instant {
  return between(a, b) >= 0 ? a : b;
}

function later(a: Instant, b: Instant): Instant {
  return between(a, b) >= 0 ? b : a;
}
