import type { Plan } from './plan.ts';
import { rehearsalVerdict, type Rehearsal } from './proof.ts';

/** JSON with keys in order, so that equal values are equal text on every machine. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * What approvers approve (invariant 3): every up, down and validate text, the lint verdict, the live schema, the rehearsal,
 * the window, the thresholds and the runbook version. The moment of planning is left out; it changes nothing.
 */
export function digestOf(plan: Plan, rehearsal: Rehearsal | null, sha256: (text: string) => string): string {
  const { plannedAt: _, ...covered } = plan;
  return sha256(canonical({ plan: covered, rehearsal: rehearsal === null ? null : rehearsalVerdict(rehearsal) }));
}

/** The first twelve digits: enough for two people to compare aloud. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}
