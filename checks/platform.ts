import { defineCheck, noSource } from './check.ts';

/** The platform says that the database it runs is well (R39, R101); its page for all regions is told beside it and decides nothing (M25). */
export const platform = defineCheck({
  item: 'platform',
  title: 'The platform is well',
  failureTitle: 'The platform is not well',
  means: "What the platform says about this project's database, and beside it what its status page says about everybody's.",
  unknown: 'The platform or its status page does not answer.',
  read: ({ readings }) => readings?.platform?.() ?? noSource(),
  limit: () => 'operational',
  judge: ({ well, words }) => ({ verdict: well ? 'pass' : 'breach', value: words }),
});
