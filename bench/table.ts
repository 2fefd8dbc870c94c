/** The middle one of measured values; of an even number the upper. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** One line of a table: what was measured, the median of its rounds, their range, and the ratio to the reference's median. */
export function row(name: string, ms: readonly number[], reference: readonly number[] | null): string {
  const ratio = reference === null ? '' : `${(median(ms) / median(reference)).toFixed(2)} ×`;
  const range = `(${Math.min(...ms).toFixed(0)}–${Math.max(...ms).toFixed(0)})`;
  return `${name.padEnd(58)} ${median(ms).toFixed(0).padStart(6)} ms ${range.padEnd(14)} ${ratio.padStart(8)}`;
}
