/** How long the rate looks back. */
const MINUTE_MS = 60_000;
/** A shorter stretch says nothing. */
const SHORTEST_MS = 1_000;

/** How many rows were passed at a moment of the process's own clock, in milliseconds. */
export type Point = { readonly at: number; readonly done: number };

/** The points a rate is told from: those of the last minute, and the newest before it. At most four a second are kept. */
export function withPoint(points: readonly Point[], point: Point): readonly Point[] {
  const previous = points.at(-2);
  const kept = previous !== undefined && point.at - previous.at < 250 ? points.slice(0, -1) : points;
  const from = kept.findLastIndex(({ at }) => at <= point.at - MINUTE_MS);
  return [...kept.slice(Math.max(0, from)), point];
}

/** Rows a second over the last minute, rests included; null while there is too little to tell. */
export function rowsPerSecond(points: readonly Point[]): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return null;
  return ((last.done - first.done) * 1_000) / (last.at - first.at);
}
