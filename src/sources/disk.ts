import type { Reading } from '../ports.ts';
import { jsonReading, type JsonOptions, type JsonSettings } from './json-probe.ts';
import { prometheusReading, type PrometheusSettings } from './prometheus.ts';

/** Where the disk of a server on another machine is read: its free bytes, and beside them the bytes it has. */
export type DiskSettings = (PrometheusSettings | JsonSettings) & {
  /** A query, or a JSON pointer, like that of the free bytes. */
  readonly size: string;
};

/**
 * Free share and free bytes of the disk with the data directory (R33). Both are asked for, because a share alone does not say whether a backup
 * fits. A size of nothing, and more free than there is, are no disk: unknown, never a number.
 */
export function diskReading(settings: DiskSettings, around: JsonOptions): () => Promise<Reading<{ share: number; bytes: number }>> {
  const { size, ...free } = settings;
  const whole = 'prometheus' in free ? { ...free, query: size } : { ...free, at: size };
  const [bytesFree, bytesAll] = [free, whole].map((each) => bytes(each, around));
  return async () => {
    const [left, all] = await Promise.all([bytesFree?.(), bytesAll?.()]);
    const failed = [left, all].find((reading) => reading?.ok === false);
    if (failed?.ok === false) return failed;
    if (!left?.ok || !all?.ok) return { ok: false, why: 'The disk was not read.', source: 'readings.disk' };
    const { source } = left;
    if (!(all.value > 0)) return { ok: false, why: 'The size of the disk is 0: nothing was measured.', source };
    if (left.value > all.value)
      return { ok: false, why: 'More of the disk is free than it has: the two numbers are of two disks.', source };
    return { ok: true, value: { share: left.value / all.value, bytes: left.value }, source };
  };
}

function bytes(settings: PrometheusSettings | JsonSettings, around: JsonOptions): () => Promise<Reading<number>> {
  return 'prometheus' in settings
    ? prometheusReading(settings, { ...around, quantity: 'count' })
    : jsonReading(settings, { ...around, quantity: 'count' });
}
