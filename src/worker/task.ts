import type { Command } from '../domain/commands.ts';
import { OFFPEAK } from '../domain/people.ts';
import type { Run } from '../domain/run.ts';
import type { Claim, Outcome, Services, TargetContext, TargetLock } from '../ports.ts';
import type { Lease } from './lease.ts';

/** One claimed run with everything a step needs. */
export type Task = {
  readonly services: Services;
  readonly context: TargetContext;
  readonly claim: Claim;
  readonly lease: Lease;
  readonly graceMs: number;
  /** The run as it is now. */
  load(): Promise<Run>;
  /** Reports to the ledger under this worker's epoch; another epoch's reports are refused (invariant 5). */
  report(command: Command): Promise<Outcome>;
  /**
   * Holds the target's lock from the first call on; true when it was taken anew, so that whoever comes to a server looks which one it is.
   * Throws while somebody else has it, so that a wait without end becomes a hold that names them.
   */
  lockTarget(): Promise<boolean>;
  close(): Promise<void>;
};

/** Binds a claim to its services. */
export function task(parts: Pick<Task, 'services' | 'context' | 'claim' | 'lease' | 'graceMs'>): Task {
  const { services, context, claim } = parts;
  let lock: TargetLock | null = null;
  return {
    ...parts,
    load: async () => {
      const run = await services.ledger.load(claim.run.id);
      if (run === null) throw new Error(`Run ${claim.run.id} is not in the ledger.`);
      return run;
    },
    report: (command) => services.ledger.execute(claim.run.id, command, OFFPEAK, claim.fence),
    lockTarget: async () => {
      if (lock?.held() === true) return false;
      const answer = await context.target.lock({ runId: claim.run.id, epoch: claim.fence.epoch });
      if (!answer.ok) throw new Error(`The target is locked by ${answer.holder}, so nothing was begun. End it, or wait until it is done.`);
      lock = answer.lock;
      return true;
    },
    close: async () => {
      await lock?.release().catch(() => undefined);
      lock = null;
    },
  };
}
