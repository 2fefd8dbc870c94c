import { defineCheck, percent } from './check.ts';

/** Under 0.1 % of the requests fail (R28). Too few requests say nothing: unknown, not green (M19). */
export const errorRate = defineCheck({
  item: 'error_rate',
  title: 'Few requests fail',
  failureTitle: 'Too many requests fail',
  means: 'Share of the requests that fail, with the number of requests it was counted from.',
  unknown: 'The source does not answer, its numbers are too old, or fewer requests came than `limits.minimum_samples`.',
  read: ({ application }) => application.metrics(),
  limit: (thresholds) => `< ${percent(thresholds.errorRate)}`,
  judge: ({ errorRate: share, requests }, thresholds) => {
    if (requests < thresholds.minimumSamples)
      return { verdict: 'unknown', value: `${requests} requests are too few to tell; ${thresholds.minimumSamples} are needed` };
    return { verdict: share < thresholds.errorRate ? 'pass' : 'breach', value: `${percent(share)} of ${requests} requests` };
  },
});
