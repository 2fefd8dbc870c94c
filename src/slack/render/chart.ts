import { between, type Instant } from '../../domain/instant.ts';
import type { Metric, Sample } from '../../domain/monitor.ts';
import { metricValue } from './metrics.ts';
import { scaleOf, shapeOf, type Scale } from './chart-scale.ts';

/** Something that happened, as a line across the chart. */
export type Mark = { readonly at: Instant; readonly label: string };

/** Everything a chart shows. Pure data: the same facts give the same picture. */
export type ChartFacts = {
  readonly metric: Metric;
  readonly title: string;
  /** What stands right of the title, e.g. `run #42 on production`. */
  readonly subtitle: string;
  /** Oldest first. A null value is unknown: the line stops there and begins anew behind it. */
  readonly samples: readonly Sample[];
  /** The limits of the metric with their names, mildest first; what is above the first one is marked. */
  readonly levels: readonly { readonly name: string; readonly limit: number }[];
  readonly baseline: number | null;
  readonly from: Instant;
  readonly to: Instant;
  readonly marks: readonly Mark[];
  /** The zone of the times below the axis; a picture cannot know its reader's. */
  readonly zone: string;
};

/** In pixels of the drawing; the picture has twice as many. No wider, or a telephone shows the words too small. */
export const CHART = { width: 520, height: 260 } as const;
/** Right of it stand the names of the levels, where no line crosses them. */
const PLOT = { left: 62, right: 408, top: 78, bottom: 222 } as const;

/** Read at night, and in both of Slack's themes: a dark panel of its own. */
const INK = {
  panel: '#1d2129',
  grid: '#343a46',
  text: '#f2f4f8',
  quiet: '#aeb6c4',
  line: '#6cb6ff',
  over: '#ff7b72',
  limit: '#ff7b72',
  baseline: '#8ddb8c',
  mark: '#d2a8ff',
  unknown: '#4a5160',
} as const;

/**
 * The chart of one metric as SVG: its line, the limit, the value before the run, what happened when. Nothing is drawn where nothing is
 * known: no line is led across an unknown reading or a pause of the monitor, and such a stretch is hatched (invariant 10).
 */
export function chartSvg(facts: ChartFacts): string {
  const scale = scaleOf(facts, PLOT);
  const parts = [
    `<rect x="0.5" y="0.5" width="${CHART.width - 1}" height="${CHART.height - 1}" rx="8" fill="${INK.panel}" stroke="${INK.grid}"/>`,
    words(14, 26, facts.title, { size: 16, fill: INK.text, bold: true }),
    words(CHART.width - 14, 26, facts.subtitle, { size: 12, fill: INK.quiet, anchor: 'end' }),
    ...grid(facts, scale),
    ...unknowns(facts, scale),
    ...marks(facts, scale),
    ...levels(facts, scale),
    ...line(facts, scale),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CHART.width} ${CHART.height}" width="${CHART.width}" height="${CHART.height}" font-family="DejaVu Sans">${HATCH}${parts.join('')}</svg>`;
}

const HATCH = `<defs><pattern id="unknown" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="7" fill="${INK.unknown}"/></pattern></defs>`;

type Words = { readonly size: number; readonly fill: string; readonly anchor?: 'end' | 'middle'; readonly bold?: boolean };

function words(x: number, y: number, text: string, { size, fill, anchor, bold }: Words): string {
  const how = `${anchor === undefined ? '' : ` text-anchor="${anchor}"`}${bold === true ? ' font-weight="bold"' : ''}`;
  return `<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${fill}"${how}>${xml(text)}</text>`;
}

function grid(facts: ChartFacts, scale: Scale): readonly string[] {
  const rows = scale.ticks.map((value) => {
    const y = scale.y(value);
    return stroke([PLOT.left, y, PLOT.right, y], INK.grid) + words(PLOT.left - 8, y + 4, metricValue(facts.metric, value), SMALL_END);
  });
  const columns = scale.times.map(({ at, label }) => {
    const x = scale.x(at);
    return stroke([x, PLOT.bottom, x, PLOT.bottom + 4], INK.quiet) + words(x, PLOT.bottom + 18, label, { ...SMALL, anchor: 'middle' });
  });
  const zone = words(PLOT.right, CHART.height - 6, facts.zone, { size: 10, fill: INK.quiet, anchor: 'end' });
  return [...rows, ...columns, zone];
}

const SMALL = { size: 12, fill: INK.quiet } as const;
const SMALL_END = { ...SMALL, anchor: 'end' } as const;

function unknowns(facts: ChartFacts, scale: Scale): readonly string[] {
  return shapeOf(facts).unknown.map(({ from, to }) => {
    const [left, right] = [scale.x(from), scale.x(to)];
    const band = box([left, PLOT.top, right, PLOT.bottom], 'url(#unknown)');
    if (right - left < 64) return band;
    const middle = (left + right) / 2;
    const label = words(middle, PLOT.bottom - 9, 'unknown', { ...SMALL, anchor: 'middle' });
    return band + box([middle - 28, PLOT.bottom - 21, middle + 28, PLOT.bottom - 4], INK.panel) + label;
  });
}

/** Labels in three rows; one that has no place in any is left out, its line is not. */
function marks(facts: ChartFacts, scale: Scale): readonly string[] {
  const ends = [0, 0, 0];
  return facts.marks
    .filter(({ at }) => between(facts.from, at) >= 0 && between(at, facts.to) >= 0)
    .map(({ at, label }) => {
      const x = scale.x(at);
      const width = label.length * 7 + 8;
      const left = Math.min(Math.max(x - width / 2, PLOT.left), PLOT.right - width);
      const row = ends.findIndex((end) => end <= left);
      const drawn = stroke([x, PLOT.top - 4, x, PLOT.bottom], INK.mark, '2 3');
      if (row < 0) return drawn;
      ends[row] = left + width;
      return drawn + words(left + width / 2, PLOT.top - 8 - row * 12, label, { size: 11, fill: INK.mark, anchor: 'middle' });
    });
}

/** The limits and the value before the run, each with its name and number at the right end; the names keep a line's height apart. */
function levels({ metric, levels: limits, baseline }: ChartFacts, scale: Scale): readonly string[] {
  const before = baseline === null ? [] : [{ name: 'before', value: baseline, color: INK.baseline }];
  const all = [...before, ...limits.map(({ name, limit }) => ({ name, value: limit, color: INK.limit }))].toSorted(
    (a, b) => a.value - b.value,
  );
  let lowest = Number.POSITIVE_INFINITY;
  return all.map(({ name, value, color }) => {
    const y = scale.y(value);
    lowest = Math.min(y + 4, lowest - NAME_HEIGHT);
    return (
      stroke([PLOT.left, y, PLOT.right, y], color, '6 4') +
      words(PLOT.right + 6, lowest, `${name} ${metricValue(metric, value)}`, { size: 11, fill: color })
    );
  });
}

const NAME_HEIGHT = 13;

function line(facts: ChartFacts, scale: Scale): readonly string[] {
  const { stretches } = shapeOf(facts);
  const limit = facts.levels[0]?.limit ?? Number.POSITIVE_INFINITY;
  const place = ({ at, value }: { at: Instant; value: number }) => `${px(scale.x(at))},${px(scale.y(value))}`;
  const lines = stretches.map(
    (points) =>
      `<polyline points="${points.map(place).join(' ')}" fill="none" stroke="${INK.line}" stroke-width="2" stroke-linejoin="round"/>`,
  );
  const dots = stretches.flatMap((points) =>
    points
      .filter(({ value }) => value > limit || points.length === 1)
      .map(({ at, value }) => {
        const color = value > limit ? INK.over : INK.line;
        return `<circle cx="${px(scale.x(at))}" cy="${px(scale.y(value))}" r="2.5" fill="${color}"/>`;
      }),
  );
  return [...lines, ...dots];
}

function box([left, top, right, bottom]: readonly [number, number, number, number], fill: string): string {
  return `<rect x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(bottom - top)}" fill="${fill}"/>`;
}

function stroke([x1, y1, x2, y2]: readonly [number, number, number, number], color: string, dashes?: string): string {
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${color}" stroke-width="1"${dashed}/>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
