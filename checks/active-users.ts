import { defineCheck, noSource } from './check.ts';

/** Fewer than 100 users are active (R30). */
export const activeUsers = defineCheck({
  item: 'active_users',
  title: 'Few users are active',
  failureTitle: 'Too many users are active',
  means: 'Users who are active at this moment.',
  unknown: 'The source does not answer, answers something else, or its number is too old.',
  read: ({ readings }) => readings?.activeUsers?.() ?? noSource(),
  limit: ({ activeUsers: limit = 100 }) => `< ${limit}`,
  judge: (users, { activeUsers: limit = 100 }) => ({ verdict: users < limit ? 'pass' : 'breach', value: `${users}` }),
});
