import { Unreadable } from './reading.ts';

export type MetricSample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * The samples of a page in Prometheus' text format whose names are asked for
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). A page of another kind is unreadable.
 */
export function metricSamples(text: string, names: readonly string[], what: string): readonly MetricSample[] {
  const wanted = new Set(names);
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line.trim());
    if (match === null) throw new Unreadable(`${what} did not answer with metrics.`);
    const [, name = '', labels = '', value = ''] = match;
    if (wanted.has(name)) samples.push({ name, labels: labelsOf(labels), value: numberOf(value, what) });
  }
  return samples;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, key = '', value = '']) => [key, value]));
}

function numberOf(text: string, what: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Unreadable(`${what} answered with a number that is none: nothing was measured.`);
  return value;
}
