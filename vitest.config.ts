import { defineConfig } from 'vitest/config';

/**
 * Four projects: `fast` needs nothing but Node; `postgres` boots a real server once for all its files; `stories` boots the whole
 * playground; `browser` opens its page in Chromium. Slow projects run one file at a time: they share two cores with a database.
 */
export default defineConfig({
  test: {
    // Now and then a rejection with no reason at all is reported: no message, no stack, no file. Suspected, not proved: a mocked HTTP body
    // that is cancelled. Whatever has a message still fails the run; how our processes take one is told in test/processes/uncaught.test.ts.
    onUnhandledError: ({ message }) => typeof message === 'string',
    projects: [
      {
        test: {
          name: 'fast',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.pg.test.ts', 'test/stories/**', 'test/browser/**'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'postgres',
          sequence: { groupOrder: 1 },
          include: ['test/**/*.pg.test.ts'],
          exclude: ['test/stories/**'],
          setupFiles: ['test/support/setup.ts'],
          globalSetup: ['test/support/postgres-server.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'stories',
          sequence: { groupOrder: 2 },
          include: ['test/stories/**/*.test.ts'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 420_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          sequence: { groupOrder: 3 },
          include: ['test/browser/**/*.test.ts'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 420_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
