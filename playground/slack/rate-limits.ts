/** Slack's tiers: calls per minute, per method, per app and workspace (docs.slack.dev/apis/web-api/rate-limits). */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'special';

const perMinute = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
const minuteMs = 60_000;
/** Posting: one message a second per channel; Slack allows "short bursts" without a number, ten is ours. */
const burst = 10;

export type RateLimits = {
  /** Seconds to wait before this call may be made, 0 when it counts as made now. */
  take(call: { readonly method: string; readonly tier: Tier; readonly channel: string }): number;
};

export function openRateLimits(elapsedMs: () => number): RateLimits {
  const calls = new Map<string, number[]>();

  function withinMinute(key: string, limit: number): number {
    const now = elapsedMs();
    const recent = (calls.get(key) ?? []).filter((at) => now - at < minuteMs);
    calls.set(key, recent);
    const oldest = recent[0];
    if (recent.length >= limit && oldest !== undefined) return Math.max(1, Math.ceil((oldest + minuteMs - now) / 1000));
    recent.push(now);
    return 0;
  }

  const buckets = new Map<string, { left: number; at: number }>();
  function perSecond(key: string): number {
    const now = elapsedMs();
    const bucket = buckets.get(key) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + (now - bucket.at) / 1000);
    buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : 1;
  }

  return {
    take({ method, tier, channel }) {
      if (tier === 'special') return 0;
      if (tier === 'posting') return perSecond(`${method} ${channel}`);
      return withinMinute(method, perMinute[tier]);
    },
  };
}
