import type { Instant } from '../domain/instant.ts';
import { priceOfMigration, versionsAtStake, type RunPrice } from '../domain/price.ts';
import type { Run } from '../domain/run.ts';
import type { CountedLosses, TargetContext } from '../ports.ts';

/** States in which nobody can roll back any more. */
const OVER: readonly Run['state'][] = ['completed', 'rolled_back', 'restoring', 'restored', 'cancelled', 'failed'];

/** How long a surface that is drawn again and again waits for a price: what is counted later is there at its next look. */
const GLANCE_MS = 400;

/**
 * What rolling this run back would cost now, counted on its target. Null when there is nothing to roll back, when the target cannot
 * be asked, or when it does not answer within `patienceMs`: then a surface says that it is not known.
 */
export async function priceOf(
  context: Pick<TargetContext, 'losses'> | undefined,
  run: Run,
  { now, patienceMs = GLANCE_MS }: { readonly now: Instant; readonly patienceMs?: number },
): Promise<RunPrice | null> {
  if (context?.losses === undefined || OVER.includes(run.state)) return null;
  const versions = versionsAtStake(run);
  const migrations = run.plan.migrations.filter(({ version }) => versions.includes(version));
  if (migrations.length === 0) return null;
  const counted = await inTime(context.losses(migrations), patienceMs);
  if (counted === null) return null;
  const rehearsed = new Map(run.rehearsal?.migrations.map((entry) => [entry.version, entry]));
  return { at: now, migrations: counted.map((each) => priceOfMigration(each, rehearsed.get(each.version) ?? null)) };
}

async function inTime(counting: Promise<readonly CountedLosses[]>, patienceMs: number): Promise<readonly CountedLosses[] | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  // An unreachable target is told by everything else that needs it.
  const counted = counting.catch(() => null);
  try {
    return await Promise.race([counted, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A count that took long is kept for so many times as long: counting must never be a load of its own. */
const REST = 20;

/**
 * `count`, asked at most once in `milliseconds` for the same migrations, and less often when counting takes long: the card is drawn
 * many times a minute. A failure is kept as long, so that a target that is away costs one wait and not one for each look. `elapsed` is a stopwatch in milliseconds.
 */
export function counted(
  count: NonNullable<TargetContext['losses']>,
  milliseconds: number,
  elapsed: () => number = () => performance.now(),
): NonNullable<TargetContext['losses']> {
  let last: { readonly key: string; readonly answer: Promise<readonly CountedLosses[]>; until: number } | null = null;
  return async (migrations) => {
    const key = migrations.map(({ version, down }) => `${version} ${down?.sha256 ?? ''}`).join('\n');
    if (last?.key === key && elapsed() < last.until) return last.answer;
    const from = elapsed();
    const asked = { key, answer: count(migrations), until: Infinity };
    last = asked;
    const rest = () => void (asked.until = elapsed() + Math.max(milliseconds, REST * (elapsed() - from)));
    asked.answer.then(rest, rest);
    return asked.answer;
  };
}
