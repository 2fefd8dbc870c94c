import { missingWords } from './application-tests.ts';
import { observedUntil } from './auto-rollback.ts';
import { between, plus, type Instant } from './instant.ts';
import type { Readings } from './monitor.ts';
import type { Run } from './run.ts';

/** "Within 5 % of the baseline" (R66, R113): exactly 5 % more is within. */
const END_P95_FACTOR = 1.05;
/** A reading at the very end may be a moment's; it is asked again for so long, or for a third of a shorter observation. Milliseconds. */
const PATIENCE_MS = 300_000;

/** From when on an end that is not met holds the run instead of being asked again. */
export function endPatienceUntil(run: Pick<Run, 't0' | 'plan' | 'darkMs'>, now: Instant): Instant {
  return plus(observedUntil(run, now), Math.min(PATIENCE_MS, Math.floor(run.plan.timing.observeMs / 3)));
}

/** Whether everything was validated once more since the end was due (R58). */
export function validatedAtEnd(run: Run, now: Instant): boolean {
  return run.validatedAt !== null && between(observedUntil(run, now), run.validatedAt) >= 0;
}

/**
 * What of the end is not as it must be, in words (R65, R66, R113): under 0.1 % of the requests fail, and response time is within 5 % of the
 * reading before, or below the floor under which nobody feels it. What could not be read is another rule's: too few requests are no error rate
 * (M19), and what went dark holds by itself. Without a reading before, the absolute limit counts. Pure.
 */
export function endFailures({ plan, baseline }: Pick<Run, 'plan' | 'baseline'>, after: Readings): readonly string[] {
  const { errorRate, p95Ms, p95FloorMs } = plan.thresholds;
  const failures: string[] = [];
  if (after.error_rate !== null && after.error_rate >= errorRate)
    failures.push(`${percent(after.error_rate)} of the requests fail, and less than ${percent(errorRate)} is needed`);
  const before = baseline?.p95 ?? null;
  if (after.p95 !== null && before === null && after.p95 >= p95Ms)
    failures.push(`response time p95 is ${milliseconds(after.p95)}, and less than ${milliseconds(p95Ms)} is needed`);
  if (after.p95 !== null && before !== null && after.p95 > Math.max(before * END_P95_FACTOR, p95FloorMs)) {
    const more = percent(after.p95 / before - 1);
    failures.push(
      `response time p95 is ${milliseconds(after.p95)}, ${more} above the ${milliseconds(before)} before the first write; 5 % may be`,
    );
  }
  return failures;
}

/** Who let the run go on to its end, and what they took upon themselves by that: sentences, none where nobody had to (R66, R57). */
export function vouchedWords(run: Run): readonly string[] {
  const { vouched, testsVouched } = run;
  return [
    ...(vouched === null ? [] : [`@${vouched.name} vouched for the application at the end.`]),
    ...(testsVouched === null ? [] : [`@${testsVouched.name} vouched for the application tests: ${missingWords(run)}.`]),
  ];
}

/** As many digits as it takes to see on which side of a limit it is. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(4))} ms`;
}
