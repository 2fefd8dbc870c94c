import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, plus } from '../../src/domain/instant.ts';
import type { Sample } from '../../src/domain/monitor.ts';
import { pngOf } from '../../src/slack/chart.ts';
import { alertChart, alertPicture } from '../../src/slack/render/alert-chart.ts';
import { chartSvg, type ChartFacts } from '../../src/slack/render/chart.ts';
import { shapeOf } from '../../src/slack/render/chart-scale.ts';
import { evening, storyTo, type Scene } from '../support/runs.ts';

const START = evening('19:00');
const sample = (second: number, value: number | null): Sample => ({ metric: 'p95', at: plus(START, second * 1000), value, detail: '' });

function facts(samples: readonly Sample[], more: Partial<ChartFacts> = {}): ChartFacts {
  const to = samples.at(-1)?.at ?? plus(START, 60_000);
  return {
    metric: 'p95',
    title: 'Response time p95',
    subtitle: 'run #42 on acme',
    samples,
    levels: [{ name: 'watch', limit: 236 }],
    baseline: 118,
    from: START,
    to,
    marks: [],
    zone: 'Europe/Berlin',
    ...more,
  };
}

/** Readings a second apart, some of them unknown. */
const series = fc.array(fc.option(fc.integer({ min: 0, max: 5_000 }), { freq: 4 }), { minLength: 1, maxLength: 200 });
const known = (values: readonly (number | null)[]) => values.map((value, second) => sample(second, value));

describe('chart: nothing is drawn where nothing is known (invariant 10)', () => {
  it('leads no line across an unknown reading, and shows every known one in exactly one stretch', () => {
    fc.assert(
      fc.property(series, (values) => {
        const samples = known(values);
        const { stretches } = shapeOf(facts(samples));
        const drawn = stretches.flat();
        expect(drawn).toEqual(samples.filter(({ value }) => value !== null).map(({ at, value }) => ({ at, value })));
        for (const points of stretches) {
          const [first, last] = [points[0]?.at ?? START, points.at(-1)?.at ?? START];
          const inside = samples.filter(({ at }) => between(first, at) >= 0 && between(at, last) >= 0);
          expect(inside.every(({ value }) => value !== null)).toBe(true);
        }
      }),
    );
  });

  it('hatches every unknown reading, and none that is known but its two edges', () => {
    fc.assert(
      fc.property(series, (values) => {
        const samples = known(values);
        const { unknown } = shapeOf(facts(samples));
        for (const { at, value } of samples) {
          const inside = unknown.filter(({ from, to }) => between(from, at) > 0 && between(at, to) > 0);
          const touching = unknown.filter(({ from, to }) => between(from, at) >= 0 && between(at, to) >= 0);
          if (value === null) expect(touching.length).toBeGreaterThan(0);
          else expect(inside).toHaveLength(0);
        }
      }),
    );
  });

  it('takes a pause of the monitor for unknown, and the usual distance of a slow source not', () => {
    const paused = [0, 1, 2, 3, 20, 21, 22].map((second) => sample(second, 100));
    expect(shapeOf(facts(paused)).unknown).toEqual([{ from: plus(START, 3_000), to: plus(START, 20_000) }]);
    const slow = [0, 15, 30, 45, 60].map((second) => sample(second, 100));
    expect(shapeOf(facts(slow))).toMatchObject({ unknown: [], stretches: [{ length: 5 }] });
  });

  it('hatches to the present when the readings stopped', () => {
    const stopped = [0, 1, 2].map((second) => sample(second, 100));
    const to = plus(START, 40_000);
    expect(shapeOf(facts(stopped, { to })).unknown).toEqual([{ from: plus(START, 2_000), to }]);
    expect(chartSvg(facts(stopped, { to }))).toContain('>unknown</text>');
  });
});

describe('chart: the drawing', () => {
  it('is the same for the same facts, without a number that is none', () => {
    fc.assert(
      fc.property(series, fc.option(fc.integer({ min: 0, max: 4_000 })), fc.integer({ min: 0, max: 4_000 }), (values, baseline, limit) => {
        const given = facts(known(values), { baseline, levels: [{ name: 'watch', limit }] });
        expect(chartSvg(given)).toBe(chartSvg(given));
        expect(chartSvg(given)).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });

  it('keeps what it quotes from becoming markup', () => {
    const svg = chartSvg(facts(known([1]), { subtitle: 'run #42 on <script>&"', marks: [{ at: START, label: '<b>' }] }));
    expect(svg).not.toContain('<script>');
    expect(svg).not.toContain('<b>');
  });

  it.each<[Scene, readonly string[]]>([
    ['migrating_alert', ['T0', '0007', 'alert', 'roll back 142 ms', 'before 118 ms']],
    ['migrating_alert_cleared', ['alert', 'cleared']],
    ['stopping_alert', ['roll back', 'alert']],
  ])('shows limit, value before the run and the steps: %s (R95)', (scene, shown) => {
    const { run, now } = storyTo(scene);
    const alert = run.alerts.p95;
    if (alert === undefined) throw new Error('no alert');
    const samples = Array.from({ length: 120 }, (_, index) => sample(index - 60, index > 100 ? 400 : 120));
    const svg = chartSvg(alertChart({ run, samples, now }, alert));
    for (const words of shown) expect(svg).toContain(`>${words}</text>`);
  });

  it('says the numbers to those who do not see it', () => {
    const { run } = storyTo('migrating_alert_cleared');
    const alert = run.alerts.p95;
    if (alert === undefined) throw new Error('no alert');
    expect(alertPicture(run, alert).alt).toBe(
      'Chart of Response time p95 on run #42: 412 ms, above its limit of 142 ms, 118 ms before the run. Above the limit since 2026-11-24 19:00 UTC, and cleared after 50 s.',
    );
  });
});

describe('chart: the picture', () => {
  it('has text in it: without fonts the rasteriser draws none and says nothing', async () => {
    const named = await pngOf(chartSvg(facts(known([1, 2, 3]))));
    const nameless = await pngOf(chartSvg(facts(known([1, 2, 3]), { title: '' })));
    expect(named.length).toBeGreaterThan(nameless.length + 500);
  });
});
