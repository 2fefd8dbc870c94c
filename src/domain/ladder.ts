import { graver, type Alert, type Level, type Metric, type Readings } from './monitor.ts';
import type { Plan, Thresholds } from './plan.ts';

/** A level with the value above which it is reached. Strict: the limit itself does not reach it. */
export type Rung = { readonly level: Level; readonly limit: number };

/** What a clear value is measured against. */
export type Ladder = { readonly rungs: readonly Rung[]; readonly baseline: number | null };

/** The runbook's numbers, for plans of versions that did not know them. */
const USUAL = { errorRateRollBack: 0.01, p95RollBackFactor: 1.2, connectionsSpike: 0.3, databaseErrors: 0, clearShare: 0.9 } as const;

/**
 * The levels of one metric, mildest first, their limits rising (M11). Where a graver level begins below a milder one, the milder one is
 * never reached: the stricter rule wins, as +20 % (R70) does over twice the baseline (R91). Without a baseline nothing is said to be worse
 * than before, so the response time is measured against its absolute limit and asks only to be considered.
 */
export function ladderOf(metric: Metric, thresholds: Thresholds, before: Readings | null): Ladder {
  const baseline = before?.[metric] ?? null;
  const rungs = rungsOf(metric, thresholds, baseline);
  const reached = rungs.filter(({ level, limit }) => !rungs.some((other) => graver(other.level, level) && other.limit <= limit));
  return { rungs: reached, baseline };
}

function rungsOf(metric: Metric, thresholds: Thresholds, baseline: number | null): readonly Rung[] {
  switch (metric) {
    case 'error_rate':
      return [
        { level: 'consider', limit: thresholds.errorRateAlert },
        { level: 'roll_back', limit: thresholds.errorRateRollBack ?? USUAL.errorRateRollBack },
      ];
    case 'p95': {
      if (baseline === null) return [{ level: 'consider', limit: thresholds.p95Ms }];
      const times = (factor: number) => Math.max(baseline * factor, thresholds.p95FloorMs);
      return [
        { level: 'watch', limit: times(thresholds.p95Factor) },
        { level: 'roll_back', limit: times(thresholds.p95RollBackFactor ?? USUAL.p95RollBackFactor) },
      ];
    }
    case 'connections':
      // A spike is measured against what was normal before (R50); the slots that there are end at the same number for everybody (R92).
      return [
        {
          level: 'watch',
          limit: Math.min(thresholds.connections, (baseline ?? 1) + (thresholds.connectionsSpike ?? USUAL.connectionsSpike)),
        },
      ];
    case 'long_queries':
      return [{ level: 'watch', limit: thresholds.longQuerySeconds }];
    case 'lock_waits':
      return [{ level: 'watch', limit: thresholds.lockWaits }];
    case 'database_errors': {
      const more = thresholds.databaseErrors ?? USUAL.databaseErrors;
      return baseline === null ? [{ level: 'consider', limit: more }] : [{ level: 'roll_back', limit: baseline + more }];
    }
  }
}

/** The value above which a metric is over at all: that of its mildest level. */
export function limitOf(metric: Metric, thresholds: Thresholds, baseline: Readings | null): number {
  return ladderOf(metric, thresholds, baseline).rungs[0]?.limit ?? Number.POSITIVE_INFINITY;
}

/**
 * The value up to which a level is over and done with: a share of its limit, so that a value that swings around the limit is one breach
 * and not twenty (F52); what was normal before the first write is normal again.
 */
export function clearLimit({ limit }: Rung, baseline: number | null, clearShare: number): number {
  return Math.max(limit * clearShare, Math.min(baseline ?? 0, limit));
}

/** How alerts of a plan stand and go, in milliseconds. */
export type AlertRules = {
  /** Share of the limit below which a value is clear. */
  readonly clearShare: number;
  /** How long an alert stands at least. */
  readonly keepFiringMs: number;
  /** How long a source may be unreadable before the thread is told, and before the run holds (F49). */
  readonly unknownWarnMs: number;
  readonly unknownHoldMs: number;
  /** How long all has to be well after a rollback (R80). */
  readonly recoveredMs: number;
  /** From the alert to the rollback that Offpeak begins itself; null when it never does. */
  readonly autoRollbackMs: number | null;
};

/** The rules of a plan; what plans of older versions do not say is the runbook's, and nothing is rolled back by itself. */
export function alertRulesOf({ thresholds, timing }: Pick<Plan, 'thresholds' | 'timing'>): AlertRules {
  return {
    clearShare: thresholds.clearShare ?? USUAL.clearShare,
    keepFiringMs: timing.keepFiringMs ?? 60_000,
    unknownWarnMs: timing.unknownWarnMs ?? 60_000,
    unknownHoldMs: timing.unknownHoldMs ?? 180_000,
    recoveredMs: timing.recoveredMs ?? 300_000,
    autoRollbackMs: timing.autoRollbackMs ?? null,
  };
}

/** What an alert of a version without levels was about. */
export function usualLevel(metric: Alert['metric']): Level {
  return metric === 'error_rate' || metric === 'p95' ? 'consider' : 'watch';
}
