import type { RunState } from '../domain/run.ts';
import type { Claim, ClaimStore } from '../ports.ts';
import type { Connection, Rows } from './connection.ts';
import type { Folds } from './folds.ts';
import { clock } from './ledger-clock.ts';
import { isRunId, lockedRunRow, saveRun, type RunRow } from './run-rows.ts';

/** On the way back: nothing is more urgent. */
const URGENT: readonly RunState[] = ['stopping', 'rolling_back', 'restoring'];

/**
 * Due by the ledger's clock, and leased to nobody by PostgreSQL's own. A run that a dead worker left behind is due at once, because
 * every state in which it is watched is (`dueAt`). One that is over may be due too: it is watched until all is well (R80), or has a call to close.
 * A run of a target that the worker has no settings for is left to one that has.
 * SKIP LOCKED: a run that another worker is just claiming, or that a person is just changing, is somebody else's or the next poll's.
 */
const CLAIM = `
  UPDATE offpeak.run
  SET lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 millisecond', epoch = epoch + 1
  WHERE id = (
    SELECT id FROM offpeak.run
    WHERE (lease_until IS NULL OR lease_until <= clock_timestamp())
      AND (at_once OR due_at <= offpeak.now())
      AND target = ANY ($4::text[])
    ORDER BY state = ANY ($3::text[]) DESC, due_at NULLS LAST, number
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
  )
  RETURNING id, number, target, state, active, version, head, epoch`;

const RENEW = `
  UPDATE offpeak.run SET lease_until = clock_timestamp() + $4 * interval '1 millisecond'
  WHERE id = $1 AND lease_owner = $2 AND epoch = $3 AND lease_until > clock_timestamp()
  RETURNING id`;

const RELEASE = `
  UPDATE offpeak.run SET lease_owner = NULL, lease_until = NULL
  WHERE id = $1 AND lease_owner = $2 AND epoch = $3
  RETURNING id`;

/** Who works on which run: leases with epochs. */
export function claimStore(connection: Connection, folds: Folds): ClaimStore {
  return {
    claim: async (worker, leaseMs, targets): Promise<Claim | null> => {
      const [row] = await connection.rows<RunRow & { epoch: number }>(CLAIM, [worker, leaseMs, URGENT, targets]);
      if (row === undefined) return null;
      return { run: await folds.one(connection.rows, row), fence: { worker, epoch: row.epoch } };
    },
    renew: async (runId, { worker, epoch }, leaseMs) => {
      if (!isRunId(runId)) return false;
      return (await connection.rows(RENEW, [runId, worker, epoch, leaseMs])).length > 0;
    },
    release: async (runId, { worker, epoch }) => {
      const work = async (rows: Rows): Promise<void> => {
        const row = await lockedRunRow(rows, runId);
        if (row === null || (await rows(RELEASE, [runId, worker, epoch])).length === 0) return;
        // Again from the state: what was a step when the lease began may be a wait now.
        saveRun(rows, await folds.one(rows, row), row.head, await clock(rows));
      };
      await connection.transaction(work);
    },
  };
}
