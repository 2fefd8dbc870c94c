import { defineCheck, floored, noSource, percent } from './check.ts';

/** Less than 70 % of the CPU is in use (R31). */
export const cpu = defineCheck({
  item: 'cpu',
  title: 'The CPU has room',
  failureTitle: 'The CPU is too busy',
  means: "Share of the processors' time in use.",
  unknown: 'The source does not answer, answers something else, or its number is too old.',
  read: ({ readings }) => readings?.cpu?.() ?? noSource(),
  limit: ({ cpu: limit = 0.7 }) => `< ${percent(limit)}`,
  judge: (share, { cpu: limit = 0.7 }) => ({ verdict: share < limit ? 'pass' : 'breach', value: `${floored(share * 100)} %` }),
});
