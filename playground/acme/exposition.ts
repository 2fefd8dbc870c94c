import { cpus, totalmem } from 'node:os';
import { prometheusText, type MetricsReading } from './metrics.ts';

/** Upper edges in seconds, around the 40 ms that a page of Acme takes. */
const BUCKETS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** What has been counted since the start: rates are Prometheus' business. */
export interface Totals {
  readonly answered: (answer: { readonly ms: number; readonly failed: boolean }) => void;
  /** Prometheus' text format 0.0.4. */
  readonly text: () => string;
}

export function createTotals(): Totals {
  const outcomes = { ok: 0, failed: 0 };
  const buckets = BUCKETS.map(() => 0);
  let sum = 0;
  const answered: Totals['answered'] = ({ ms, failed }) => {
    outcomes[failed ? 'failed' : 'ok'] += 1;
    sum += ms / 1000;
    for (const [index, edge] of BUCKETS.entries()) if (ms / 1000 <= edge) buckets[index] = (buckets[index] ?? 0) + 1;
  };
  const text = () => {
    const all = outcomes.ok + outcomes.failed;
    const { user, system } = process.cpuUsage();
    return [
      family('acme_http_requests_total', 'counter', 'answers since the start', [
        `{outcome="ok"} ${outcomes.ok}`,
        `{outcome="failed"} ${outcomes.failed}`,
      ]),
      family('acme_http_request_duration_seconds', 'histogram', 'response times', [
        ...BUCKETS.map((edge, index) => `_bucket{le="${edge}"} ${buckets[index]}`),
        `_bucket{le="+Inf"} ${all}`,
        `_sum ${sum}`,
        `_count ${all}`,
      ]),
      family('process_cpu_seconds_total', 'counter', 'processor time of this process', [` ${(user + system) / 1e6}`]),
      family('process_resident_memory_bytes', 'gauge', 'memory of this process', [` ${process.memoryUsage.rss()}`]),
      family('machine_cpu_cores', 'gauge', 'processors of this machine', [` ${cpus().length}`]),
      family('machine_memory_bytes', 'gauge', 'memory of this machine', [` ${totalmem()}`]),
    ].join('');
  };
  return { answered, text };
}

/** The whole page of `GET /metrics`: what is counted, and what the last seconds look like. */
export function exposition(totals: Totals, reading: MetricsReading): string {
  return totals.text() + prometheusText(reading);
}

function family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((sample) => `${name}${sample}\n`).join('')}`;
}
