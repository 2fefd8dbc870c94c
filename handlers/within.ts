import { setTimeout as pause } from 'node:timers/promises';

/** The answer when it comes within that time; otherwise null, and the answer may still come. */
export async function within<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer | null> {
  const late = new AbortController();
  const timer = pause(ms, null, { signal: late.signal }).catch(() => null);
  const first = await Promise.race([answer, timer]);
  late.abort();
  return first;
}
