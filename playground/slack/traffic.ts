import { Temporal } from 'temporal-polyfill';

import { epochMs } from './time.ts';

/** One call by the program (`to_slack`) or one delivery to it (`to_program`). `at` is real time, `ms` how long it took. */
export type TrafficEntry = {
  readonly at: string;
  readonly direction: 'to_slack' | 'to_program';
  readonly method: string;
  readonly ms: number;
  readonly ok: boolean;
  readonly error?: string;
};

export type Traffic = { record(entry: Omit<TrafficEntry, 'at'>): void; entries(): readonly TrafficEntry[] };

const kept = 5_000;

/** The last calls and deliveries, oldest first. Bodies are not kept: they may hold what nobody should read twice. */
export function openTraffic(log?: (line: string) => void): Traffic {
  const entries: TrafficEntry[] = [];
  return {
    record(entry) {
      const whole = { at: Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs())).toString(), ...entry };
      entries.push(whole);
      if (entries.length > kept) entries.shift();
      const arrow = entry.direction === 'to_slack' ? '→ slack' : '→ program';
      log?.(`${arrow} ${entry.method} ${entry.ok ? 'ok' : (entry.error ?? 'failed')} ${Math.round(entry.ms)} ms`);
    },
    entries: () => entries,
  };
}
