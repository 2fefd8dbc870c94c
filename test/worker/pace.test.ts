import { describe, expect, it } from 'vitest';
import type { Metric } from '../../src/domain/monitor.ts';
import type { Reading } from '../../src/ports.ts';
import { brakesOf } from '../../src/worker/pace.ts';
import { aRunIn, evening } from '../support/runs.ts';

const run = aRunIn('migrating');
const noReplica: Reading<number | null> = { ok: true, value: null, source: '' };
const lagging = (value: number): Reading<number | null> => ({ ok: true, value, source: '' });
const sample = (metric: Metric, value: number | null) => ({ metric, at: evening('19:01'), value, detail: '' });

describe('a backfill rests', () => {
  it('for nothing while all is well', () => {
    expect(brakesOf({ run, samples: [sample('p95', 120), sample('lock_waits', 0)], lag: noReplica })).toEqual([]);
    expect(brakesOf({ run, samples: [], lag: lagging(1) })).toEqual([]);
  });

  it('for a replica that is behind its limit, and for one that cannot be read', () => {
    expect(brakesOf({ run, samples: [], lag: lagging(14) })).toEqual(['a replica is 14 s behind (limit 1 s)']);
    expect(brakesOf({ run, samples: [], lag: { ok: false, why: 'no answer.', source: '' } })).toEqual([
      'the replicas cannot be read: no answer.',
    ]);
  });

  it('at the first reading of the tail that is over its limit, before three of five make an alert', () => {
    expect(brakesOf({ run, samples: [sample('p95', 5_000)], lag: noReplica })).toEqual(['the p95 is over its limit']);
    expect(brakesOf({ run, samples: [sample('lock_waits', 99)], lag: noReplica })).toEqual([
      'more sessions wait for locks than the limit allows',
    ]);
    expect(brakesOf({ run, samples: [sample('p95', 5_000), sample('p95', 100)], lag: noReplica })).toEqual([]);
    expect(brakesOf({ run, samples: [sample('p95', null)], lag: noReplica })).toEqual([]);
  });

  it('while an alert is raised, whatever it is for, and says it once', () => {
    const alerting = aRunIn('migrating_alert');
    expect(brakesOf({ run: alerting, samples: [sample('p95', 5_000)], lag: noReplica })).toEqual(['an alert is raised for the p95']);
    expect(brakesOf({ run: aRunIn('migrating_alert_cleared'), samples: [], lag: noReplica })).toEqual([]);
  });
});
