import { Temporal } from 'temporal-polyfill';
import { redacted } from './redacted.ts';
import { epochMs } from './time.ts';

/** One call by the program (`to_slack`) or one delivery to it (`to_program`). `at` is real time, `ms` how long it took. */
export type TrafficEntry = {
  /** Counts from 1. */
  readonly id: number;
  readonly at: string;
  readonly direction: 'to_slack' | 'to_program';
  readonly method: string;
  readonly ms: number;
  readonly ok: boolean;
  readonly error?: string;
  /** The kind of fault that hit it. */
  readonly fault?: string;
  /** The arguments, or the envelope. Tokens are replaced. */
  readonly request: unknown;
  /** What was sent back, or the acknowledgement; null when there was none. */
  readonly response: unknown;
};

export type Traffic = {
  record(entry: Omit<TrafficEntry, 'id' | 'at'>): void;
  /** Oldest first. `since` = the id or the time (ISO 8601) after which, `limit` = how many of the newest. */
  entries(wanted?: { readonly since?: string; readonly limit?: number }): readonly TrafficEntry[];
};

const kept = 5_000;
/** Whole bodies are kept for the newest only: a message is easily ten kilobytes. */
const keptWhole = 500;

/** The last calls and deliveries, in memory. `onEntry` hears of each as it happens, without its bodies. */
export function openTraffic(settings: {
  readonly log?: ((line: string) => void) | undefined;
  readonly onEntry: (entry: Omit<TrafficEntry, 'request' | 'response'>) => void;
}): Traffic {
  const entries: TrafficEntry[] = [];
  let recorded = 0;
  return {
    record({ request, response, ...entry }) {
      recorded += 1;
      const at = Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs())).toString();
      const brief = { id: recorded, at, ...entry, ms: Math.round(entry.ms * 10) / 10 };
      entries.push({ ...brief, request: redacted(request), response: redacted(response) });
      if (entries.length > kept) entries.shift();
      const old = entries.at(-1 - keptWhole);
      if (old) entries[entries.length - 1 - keptWhole] = { ...old, request: null, response: null };
      settings.onEntry(brief);
      const arrow = entry.direction === 'to_slack' ? '→ slack' : '→ program';
      settings.log?.(`${arrow} ${entry.method} ${entry.ok ? 'ok' : (entry.error ?? 'failed')} ${Math.round(entry.ms)} ms`);
    },
    entries({ since = '', limit = kept } = {}) {
      const newer = entries.filter((entry) => (/^\d*$/.test(since) ? entry.id > Number(since) : isAfter(entry.at, since)));
      return limit === 0 ? [] : newer.slice(-limit);
    },
  };
}

function isAfter(at: string, since: string): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(at), Temporal.Instant.from(since)) > 0;
}
