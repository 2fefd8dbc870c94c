import { isObject } from './json.ts';
import type { Json } from './json.ts';
import type { Live } from './live.ts';

/** One look at the sample app's numbers; `numbers` is null when it did not answer. `at` counts seconds since the first look. */
export type Sample = { readonly at: number; readonly numbers: Readonly<Record<string, number>> | null };

export type MetricsRelay = { recent(): readonly Sample[] | null; stop(): void };

const everyMs = 2_000;
const patienceMs = 1_500;
/** Five minutes of samples. */
const kept = 150;

/** Polls the metrics address and tells the pages; the browser never talks to the sample app itself. */
export function relayMetrics(url: string | undefined, live: Live): MetricsRelay {
  if (url === undefined) return { recent: () => null, stop: () => undefined };
  const samples: Sample[] = [];
  const started = performance.now();
  let busy = false;

  async function look(address: string): Promise<void> {
    if (busy) return;
    busy = true;
    const sample = { at: Math.round((performance.now() - started) / 1000), numbers: await numbersAt(address) };
    busy = false;
    samples.push(sample);
    if (samples.length > kept) samples.shift();
    live.emit({ type: 'metrics', sample });
  }

  const timer = setInterval(() => void look(url), everyMs).unref();
  void look(url);
  return { recent: () => samples, stop: () => clearInterval(timer) };
}

async function numbersAt(url: string): Promise<Record<string, number> | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    const body: unknown = await response.json();
    return isObject(body) ? onlyNumbers(body) : null;
  } catch {
    return null;
  }
}

function onlyNumbers(body: Json): Record<string, number> {
  return Object.fromEntries(Object.entries(body).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
