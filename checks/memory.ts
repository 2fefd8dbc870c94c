import { defineCheck, floored, noSource, percent } from './check.ts';

/** Less than 80 % of the memory is in use (R32). */
export const memory = defineCheck({
  item: 'memory',
  title: 'The memory has room',
  failureTitle: 'The memory is too full',
  means: 'Share of the memory in use.',
  unknown: 'The source does not answer, answers something else, or its number is too old.',
  read: ({ readings }) => readings?.memory?.() ?? noSource(),
  limit: ({ memory: limit = 0.8 }) => `< ${percent(limit)}`,
  judge: (share, { memory: limit = 0.8 }) => ({ verdict: share < limit ? 'pass' : 'breach', value: `${floored(share * 100)} %` }),
});
