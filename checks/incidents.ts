import { defineCheck, noSource } from './check.ts';

/** Nothing is open on the pager (R39): whoever migrates beside an incident does not know whose harm it is. */
export const incidents = defineCheck({
  item: 'incidents',
  title: 'No incident is open',
  failureTitle: 'An incident is open',
  means: 'Incidents that are triggered or acknowledged on the services that `readings.incidents` names.',
  unknown: 'The pager does not answer, or has more incidents than one page holds.',
  read: ({ readings }) => readings?.incidents?.() ?? noSource(),
  limit: () => 'none',
  judge: (open) => {
    const [first] = open.toSorted((a, b) => Number(b.urgency === 'high') - Number(a.urgency === 'high'));
    if (first === undefined) return { verdict: 'pass', value: 'none' };
    return { verdict: 'breach', value: `${open.length}: ${first.title} (${first.urgency} urgency)` };
  },
});
