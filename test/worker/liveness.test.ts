import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/domain/monitor.ts';
import type { SampleStore } from '../../src/ports.ts';
import { newestReading } from '../../src/worker/liveness.ts';
import { aRun, BASELINE, evening } from '../support/runs.ts';

const store = (samples: readonly Sample[]): SampleStore => ({
  record: async () => {},
  recent: () => Promise.resolve(samples),
  newest: () => Promise.resolve(evening('19:00:59')),
});
const sample = (metric: Sample['metric'], at: string, value: number | null): Sample => ({ metric, at: evening(at), value, detail: '' });
const run = aRun({ baseline: { ...BASELINE, connections: null, long_queries: null, lock_waits: null } }, 'migrating');

describe('R9 the monitor lives only while every metric it knew before is read', () => {
  it('counts from the metric that was read longest ago', async () => {
    const samples = [sample('error_rate', '19:00:10', 0), sample('p95', '19:00:30', 40)];
    expect(await newestReading(store(samples), run)).toBe(evening('19:00:10'));
  });

  it('is silent when one went dark, however fresh the others are', async () => {
    const samples = [sample('error_rate', '19:00:30', null), sample('p95', '19:00:30', 40)];
    expect(await newestReading(store(samples), run)).toBeNull();
  });

  it('does not wait for a metric that could not be read before either', async () => {
    const samples = [sample('error_rate', '19:00:30', 0), sample('p95', '19:00:30', 40), sample('connections', '19:00:30', null)];
    expect(await newestReading(store(samples), run)).toBe(evening('19:00:30'));
  });
});
