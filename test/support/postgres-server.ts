import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../playground/postgres/server.ts';
import type { PostgresTools } from '../../playground/postgres/binaries.ts';

/** What the one server of a vitest process hands to its test files. */
export interface PostgresForTests {
  readonly superuserUrl: string;
  readonly major: number;
  readonly tools: PostgresTools | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresForTests;
  }
}

/** Boots one socket-only server in a directory of its own, so any number of vitest processes may run side by side. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ settings: { max_connections: '200' } });
  const { major, tools } = server.binaries;
  project.provide('postgres', { superuserUrl: server.superuserUrl, major, tools });
  return server.stop;
}
