import { postgresTarget } from '../../src/target/postgres-target.ts';
import type { Tuning } from '../../src/target/tuning.ts';
import type { Target, TargetLock } from '../../src/ports.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';

export type LockedTarget = {
  readonly database: TestDatabase;
  readonly target: Target;
  readonly lock: TargetLock;
  readonly end: () => Promise<void>;
};

/** A target on a database of its own, locked by run-1 with epoch 1. */
export async function lockedTarget(tuning: Partial<Tuning> = {}): Promise<LockedTarget> {
  const database = await testDatabase();
  const target = postgresTarget({ name: 'acme', connectionString: database.url, tuning });
  const answer = await target.lock({ runId: 'run-1', epoch: 1 });
  if (!answer.ok) throw new Error(`locked by ${answer.holder}`);
  const { lock } = answer;
  const end = async () => {
    await lock.release();
    await target.close();
    await database.drop();
  };
  return { database, target, lock, end };
}
