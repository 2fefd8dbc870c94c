import type { AtEnd } from '../domain/end-comparison.ts';
import { isStaging } from '../domain/staging.ts';
import type { Run } from '../domain/run.ts';
import type { Sources } from '../ports.ts';

/**
 * What the end of a run is compared with beside its metrics (R67, R68), read now. `leastMs` leaves out statements that took less in all; null
 * reads them all, without texts. Nothing is asked for a staging run: its application has no traffic to speak of.
 */
export async function readCompared({ database, readings }: Sources, run: Run, leastMs: number | null): Promise<AtEnd> {
  if (isStaging(run)) return {};
  const [statements, activity] = await Promise.all([database.statements?.(leastMs), readings?.userActivity?.()]);
  return { ...(statements && { statements }), ...(activity && { activity }) };
}
