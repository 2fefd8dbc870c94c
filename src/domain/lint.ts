import type { Hazard, RelationLock } from './plan.ts';

/** One statement of a file as `offpeak lint` answers it. `blocks`: what cannot be known counts as the worst. */
export type LintedStatement = {
  readonly file: string;
  /** 1-based line of its first word. */
  readonly line: number;
  readonly sql: string;
  readonly locks: readonly RelationLock[];
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  readonly blocks: 'reads+writes' | 'writes' | 'ddl' | 'nothing';
  readonly in_transaction: boolean;
  /** SQLSTATE with which PostgreSQL will refuse it. */
  readonly error?: string;
  readonly hazards: readonly Hazard[];
};

/** What to lint. Without `database` only the statements speak, for a server of `serverMajor`. `cache`: whether earlier runs may help. */
export type LintRequest = {
  readonly files: readonly string[];
  readonly database: string | null;
  readonly serverMajor: number | null;
  readonly cache: boolean;
};

/** Every statement that could be read, and every mistake that stopped one: file, line, the line itself, what to do. */
export type LintAnswer = {
  readonly statements: readonly LintedStatement[];
  readonly problems: readonly string[];
  /** The server the verdicts are for. */
  readonly serverMajor: number;
  /** Whether a live schema was read. */
  readonly live: boolean;
};
