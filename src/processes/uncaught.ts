import { randomUUID } from 'node:crypto';
import { EXIT } from '../cli/exit.ts';
import type { Log } from '../ports.ts';

/**
 * An error that nobody caught is a bug, and what this process remembers is not to be trusted after it: it is logged under an id, the
 * process ends with exit code 1, and the supervisor starts it again. Nothing is lost, because everything stands in the ledger; the
 * other process does not notice (T30).
 */
export function endWhenUncaught(log: Log): void {
  const end = (error: unknown) => {
    const id = randomUUID().slice(0, 8);
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error({ id, error: detail }, 'an error that nobody caught; the process ends and is started again');
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
