import type { Person } from './slack/options.ts';

/** The people of Acme. Roles are what offpeak.yaml gives their Slack ids; Kim has none, so that somebody can be refused. */
export const PEOPLE: readonly Person[] = [
  { id: 'U0MAYA', name: 'maya', real_name: 'Maya Lindqvist', title: 'Backend engineer', roles: ['requester', 'operator'] },
  { id: 'U0SAM', name: 'sam', real_name: 'Sam Okafor', title: 'Database engineer', roles: ['approver'] },
  { id: 'U0PRIYA', name: 'priya', real_name: 'Priya Raman', title: 'Staff engineer', roles: ['approver', 'on_call'] },
  { id: 'U0LEO', name: 'leo', real_name: 'Leo Marchetti', title: 'Site reliability', roles: ['operator', 'on_call'] },
  { id: 'U0KIM', name: 'kim', real_name: 'Kim Sato', title: 'Support', roles: [] },
];

/** Who the newcomer is at first. */
export const NEWCOMER = 'maya';

export const ZONE = 'Europe/Berlin';
export const CHANNEL = 'deployments';
