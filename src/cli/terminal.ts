import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a verb writes, asks and waits. */
export type Terminal = {
  /** The answer. */
  readonly out: (text: string) => void;
  /** Refusals, failures and questions. */
  readonly err: (text: string) => void;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  readonly ask: (question: string) => Promise<string>;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted from now on by Ctrl-C, and when nobody reads the answer any more; a second Ctrl-C ends the process. */
  readonly interruption: () => AbortSignal;
};

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const interrupted: AbortController[] = [];
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `offpeak logs | head` closes the pipe early; that is no failure of ours. What must be cleared up first stops as by Ctrl-C.
    if (interrupted.length === 0) process.exit(error.code === 'EPIPE' ? 0 : 1);
    for (const controller of interrupted) controller.abort();
  });
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    ask: async (question) => {
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await prompt.question(`${question} `);
      } finally {
        prompt.close();
      }
    },
    pause: async (milliseconds, signal) => {
      await pause(milliseconds, undefined, { signal }).catch(() => {});
    },
    interruption: () => {
      const controller = new AbortController();
      interrupted.push(controller);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
      return controller.signal;
    },
  };
}

/** Whether the person says yes; no for anything else. */
export async function agrees(terminal: Terminal, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await terminal.ask(`${question} [y/N]`)).trim());
}
