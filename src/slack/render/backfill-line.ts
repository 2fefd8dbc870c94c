import { leftMs, type Speed } from '../../domain/backfill.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Progress } from '../../ports.ts';

/** How far a backfill is, and when it will be done at the rate of the last minute: `rows 84,000 of 120,000 · 70 % · 410 rows/s · about 1 min 28 s left`. */
export function backfillWords(progress: Progress, speed: Speed): string {
  const { doneRows, totalRows, rowsPerSecond, note } = progress;
  const share = totalRows === 0 ? 100 : Math.min(100, Math.floor((doneRows / totalRows) * 100));
  const words = [`rows ${doneRows.toLocaleString('en-US')} of ${totalRows.toLocaleString('en-US')}`, `${share} %`];
  const left = leftMs(progress);
  if (rowsPerSecond !== null) words.push(`${Math.round(rowsPerSecond).toLocaleString('en-US')} rows/s`);
  if (left !== null && doneRows < totalRows) words.push(`about ${inWords(left)} left`);
  if (speed !== 100) words.push(`speed ${speed} %`);
  if (note !== '') words.push(`rests: ${note}`);
  return words.join(' · ');
}
