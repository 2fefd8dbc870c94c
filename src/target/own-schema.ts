import type { ClientBase } from 'pg';
import { unitsOf, type Migration } from '../domain/plan.ts';
import type { UnitOutcome } from '../ports.ts';
import { applyUnit, type Engine } from './apply.ts';
import { TargetError } from './errors.ts';
import { fenceEpoch, raiseFence } from './fence.ts';
import { readHistory } from './history.ts';
import { waitForLock } from './lock.ts';
import { readMarker } from './marker.ts';
import { RunSessions } from './run-sessions.ts';
import { ensureSchema } from './schema.ts';
import { sessionName, withSession } from './session.ts';
import type { SessionSettings } from './settings.ts';
import { DEFAULT_TUNING } from './tuning.ts';

/** The run under which the ledger's own migrations are recorded. */
const RUN = 'ledger';
/** How long a second process waits for the first to finish. */
const WAIT_MS = 5 * 60_000;

/**
 * Brings a database of our own to the newest of `migrations` with the engine that migrates targets; does nothing when it is there.
 * Two processes at once: the second waits for the first. Throws when a migration fails, or when one that is applied was edited since.
 */
export async function applyOwnMigrations(request: {
  readonly connectionString: string;
  readonly migrations: readonly Migration[];
}): Promise<readonly string[]> {
  const { connectionString, migrations } = request;
  const open = (settings: SessionSettings) => ({ connectionString, connectMs: DEFAULT_TUNING.connectMs, settings });
  const engine: Engine = { connectionString, tuning: DEFAULT_TUNING, open, sessions: new RunSessions(open) };
  const settings = { applicationName: sessionName(RUN, 0, 'lock'), lockTimeoutMs: 2_000, statementTimeoutMs: 30_000 };
  return await withSession(open(settings), async ({ client }) => {
    await waitForLock(client, WAIT_MS);
    await ensureSchema(client);
    const applied = new Map((await readHistory(client)).map((row) => [row.version, row.upSha256]));
    const edited = migrations.find(({ version, up }) => applied.has(version) && applied.get(version) !== up.sha256);
    if (edited !== undefined)
      throw new TargetError(
        `${edited.version}_${edited.name} was edited after it was applied. Restore the file and add a new migration instead.`,
      );
    const pending = migrations.filter(({ version }) => !applied.has(version));
    if (pending.length === 0) return [];
    const epoch = await raiseFence(client, { runId: RUN, epoch: ((await fenceEpoch(client, RUN)) ?? 0) + 1 });
    try {
      for (const migration of pending) await applyAll(engine, { client, migration, epoch });
    } finally {
      await engine.sessions.close();
    }
    return pending.map(({ version }) => version);
  });
}

type Work = { readonly client: ClientBase; readonly migration: Migration; readonly epoch: number };

/** Units that an earlier process finished before it died are not applied again. */
async function applyAll(engine: Engine, { client, migration, epoch }: Work): Promise<void> {
  const units = unitsOf({ migrations: [migration] });
  for (const unit of units) {
    const marker = await readMarker(client, { ...unit, runId: RUN });
    if (marker?.finished === true) continue;
    const outcome = await applyUnit(engine, {
      runId: RUN,
      epoch,
      migration,
      unit,
      last: unit === units.at(-1),
      gate: () => Promise.resolve(null),
      signal: new AbortController().signal,
      onBackend: () => Promise.resolve(true),
      onProgress: () => {},
    });
    if (outcome.result !== 'applied')
      throw new TargetError(`${migration.version}_${migration.name} of our own schema: ${sentence(outcome)}`);
  }
}

function sentence(outcome: Exclude<UnitOutcome, { result: 'applied' }>): string {
  switch (outcome.result) {
    case 'failed':
      return outcome.message;
    case 'lock_budget':
      return outcome.detail;
    case 'stopped':
      return outcome.reason;
    case 'cancelled':
      return 'cancelled from outside.';
  }
}
