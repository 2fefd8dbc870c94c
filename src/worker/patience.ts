import { WORKING } from '../domain/run.ts';
import type { Task } from './task.ts';

/** Bears with a failing target for a while, then lets the run hold, or its rollback fail, with the reason. */
export function patience(task: Task, patienceMs: number): { over(progressed: boolean): boolean; lasts(error: unknown): Promise<boolean> } {
  let failingSince: number | null = null;
  return {
    over: (progressed) => {
      failingSince = null;
      return progressed;
    },
    lasts: async (error) => {
      failingSince ??= performance.now();
      const detail = error instanceof Error ? error.message : String(error);
      task.services.log.error({ run: task.claim.run.number, error: detail }, 'a step failed; it is tried again');
      if (performance.now() - failingSince < patienceMs) return false;
      const run = await task.load();
      if (WORKING.includes(run.state)) await task.report({ type: 'hold', reason: 'target_unreachable', detail });
      else if (run.state === 'rolling_back' || run.state === 'stopping') {
        await task.report({ type: 'record_rollback_failure', detail, remaining: ['everything after the last line of the timeline'] });
      } else if (run.state === 'restoring' && run.restore?.stage !== 'validated' && run.restore?.stage !== 'sent') {
        // From the switch, or the request to the provider, on only the server can say whether it happened, so it is asked until it answers.
        await task.report({ type: 'record_restore_failure', detail: `${detail} Nothing was switched; the live database is as it was.` });
      }
      failingSince = null;
      return false;
    },
  };
}
