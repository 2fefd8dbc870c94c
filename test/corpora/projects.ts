import type { FormatName } from '../../src/domain/formats.ts';

/** How many migrations came back how, measured with plain psql and pg_dump on PostgreSQL 15.18. */
export type Totals = {
  readonly ups: number;
  readonly exact: number;
  /** Equal but for the order of columns. */
  readonly order: number;
  readonly differs: number;
  readonly fails: number;
};

/** A public project whose migrations are fetched by whoever runs this, and never committed. */
export type Project = {
  readonly name: string;
  /** Where its migrations lie in a checkout. */
  readonly path: string;
  readonly format: FormatName;
  readonly reference: Totals;
};

/** Where to fetch them: github.com/<owner>/<name>. */
export const PROJECTS: readonly Project[] = [
  {
    name: 'mattermost',
    path: 'server/channels/db/migrations/postgres',
    format: 'golang-migrate',
    reference: { ups: 158, exact: 148, order: 2, differs: 8, fails: 0 },
  },
  {
    name: 'concourse',
    path: 'atc/db/migration/migrations',
    format: 'golang-migrate',
    reference: { ups: 149, exact: 124, order: 8, differs: 16, fails: 0 },
  },
  {
    name: 'crates.io',
    path: 'migrations',
    format: 'diesel',
    reference: { ups: 285, exact: 249, order: 8, differs: 26, fails: 2 },
  },
  { name: 'convoy', path: 'sql', format: 'sql-migrate', reference: { ups: 107, exact: 85, order: 1, differs: 19, fails: 1 } },
  {
    name: 'minder',
    path: 'database/migrations',
    format: 'golang-migrate',
    reference: { ups: 117, exact: 82, order: 3, differs: 22, fails: 10 },
  },
];
