import { defineCheck, floored } from './check.ts';

/** The application answers in under 500 ms, p95 (R29). Without a request there is no response time. */
export const p95 = defineCheck({
  item: 'p95',
  title: 'The application is quick',
  failureTitle: 'The application is slow',
  means: 'Response time on the server that 95 % of the requests do not exceed.',
  unknown: 'The source does not answer, its numbers are too old, or no request came.',
  read: ({ application }) => application.metrics(),
  limit: (thresholds) => `< ${thresholds.p95Ms} ms`,
  judge: ({ p95Ms, requests }, thresholds) => {
    if (requests === 0) return { verdict: 'unknown', value: 'no request to measure' };
    return { verdict: p95Ms < thresholds.p95Ms ? 'pass' : 'breach', value: `${floored(p95Ms)} ms` };
  },
});
