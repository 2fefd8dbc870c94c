import { defineCheck } from './check.ts';

/** The application's health URL answers 2xx in time (R38). */
export const appHealth = defineCheck({
  item: 'app_health',
  title: 'The application is well',
  failureTitle: 'The application says it is not well',
  means: 'What the application itself says at its health address.',
  unknown: 'The address does not answer in time.',
  read: ({ application }) => application.health(),
  limit: () => 'answers 2xx',
  judge: ({ status, ms }) => ({ verdict: status >= 200 && status < 300 ? 'pass' : 'breach', value: `${status} in ${Math.round(ms)} ms` }),
});
