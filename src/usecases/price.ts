import type { Instant } from '../domain/instant.ts';
import { priceOfMigration, versionsAtStake, type RunPrice } from '../domain/price.ts';
import type { Run } from '../domain/run.ts';
import type { Migration } from '../domain/plan.ts';
import type { CountedLosses, TargetContext } from '../ports.ts';

/** States in which nobody can roll back any more. */
const OVER: readonly Run['state'][] = ['completed', 'rolled_back', 'restoring', 'restored', 'cancelled', 'failed'];

/** How long a surface that is drawn again and again waits for a price: what is counted later is there at its next look. An alert waits behind it. */
const GLANCE_MS = 150;

/**
 * What rolling this run back would cost now, counted on its target. Null when there is nothing to roll back, when the target cannot
 * be asked, or when it does not answer within `patienceMs`: then a surface says that it is not known. Without `patienceMs` it is for a
 * surface that is drawn again soon: the count of a moment ago will do, and none is waited for long. `fresh` counts anew, whatever was counted.
 */
export async function priceOf(
  context: Pick<TargetContext, 'losses'> | undefined,
  run: Run,
  { now, patienceMs, fresh = false }: { readonly now: Instant; readonly patienceMs?: number; readonly fresh?: boolean },
): Promise<RunPrice | null> {
  if (context?.losses === undefined || OVER.includes(run.state)) return null;
  const versions = versionsAtStake(run);
  const migrations = run.plan.migrations.filter(({ version }) => versions.includes(version));
  if (migrations.length === 0) return null;
  const look = fresh ? 'fresh' : patienceMs === undefined ? 'glance' : undefined;
  const counted = await inTime(context.losses(migrations, look), patienceMs ?? GLANCE_MS);
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
/** What a glance may still see after a count's time is over, while the next one is made. */
const GLANCED_MS = 10_000;

type Count = { readonly key: string; readonly answer: Promise<readonly CountedLosses[]>; until: number };

/**
 * `count`, asked at most once in `milliseconds` for the same migrations, and less often when counting takes long: the card is drawn
 * many times a minute. A failure is kept as long, so that a target that is away costs one wait and not one for each look. At a glance the
 * answer before is given while it is counted anew; what must be fresh is counted now. `elapsed` is a stopwatch in milliseconds.
 */
export function counted(
  count: NonNullable<TargetContext['losses']>,
  milliseconds: number,
  elapsed: () => number = () => performance.now(),
): NonNullable<TargetContext['losses']> {
  let last: Count | null = null;
  let settled: Count | null = null;

  function begun(migrations: readonly Migration[], key: string): Count {
    const from = elapsed();
    const asked: Count = { key, answer: count(migrations), until: Infinity };
    const rest = () => {
      asked.until = elapsed() + Math.max(milliseconds, REST * (elapsed() - from));
      settled = asked;
    };
    asked.answer.then(rest, rest);
    return asked;
  }

  return async (migrations, look) => {
    const key = migrations.map(({ version, down }) => `${version} ${down?.sha256 ?? ''}`).join('\n');
    if (look === 'fresh' || last?.key !== key || elapsed() >= last.until) last = begun(migrations, key);
    const seen = look === 'glance' && settled?.key === key && elapsed() < settled.until + GLANCED_MS ? settled : last;
    return seen.answer;
  };
}
