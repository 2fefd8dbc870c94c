/** Geometry of a small chart, apart from its drawing. */

/**
 * Where the samples lie in a box: `values` oldest first (undefined or null = not known), `slots` places of which the last is
 * the newest. Answers the top of the scale, the line and the area under it as SVG paths, and the height of the limit, if any.
 * A gap in the numbers is a gap in the line: silence must not look like calm.
 */
export function shape(values, { width, height, slots, limit, least = 1 }) {
  const known = values.filter((value) => typeof value === 'number');
  const most = niceAbove(Math.max(least, limit ?? 0, ...known));
  const step = width / (slots - 1);
  const start = width - step * (values.length - 1);
  const x = (index) => (start + index * step).toFixed(1);
  const y = (value) => (height - (value / most) * height).toFixed(1);
  const runs = stretches(values);
  const line = runs.map((run) => `M${run.map((index) => `${x(index)} ${y(values[index])}`).join('L')}`);
  const area = runs.map(
    (run) => `M${x(run[0])} ${height}L${run.map((index) => `${x(index)} ${y(values[index])}`).join('L')}L${x(run.at(-1))} ${height}Z`,
  );
  return {
    most,
    line: line.join(''),
    area: area.join(''),
    limitY: limit === undefined ? undefined : Number(y(limit)),
    highest: known.length > 0 ? Math.max(...known) : undefined,
  };
}

/** Indexes of the samples that follow each other without a gap. */
function stretches(values) {
  const runs = [];
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number') continue;
    if (index > 0 && typeof values[index - 1] === 'number') runs.at(-1).push(index);
    else runs.push([index]);
  }
  return runs;
}

/** The next number of 1, 2, 5 × 10ⁿ, so that the scale is readable and does not jump with every sample. */
export function niceAbove(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * size).find((nice) => nice >= value * 0.9999) ?? value;
}
