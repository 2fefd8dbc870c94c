/** What the shell is told: 0 done, 1 failed (or not known to have gone well), 2 refused, 3 bad usage or bad configuration. */
export const EXIT = { done: 0, failed: 1, refused: 2, misused: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command was written in a way that means nothing; the message says how to write it. */
export class BadUsage extends Error {}

/** The configuration has mistakes; the message has one line for each. */
export class BadConfiguration extends Error {}
