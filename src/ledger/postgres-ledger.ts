import { createHash } from 'node:crypto';
import type { Person } from '../domain/people.ts';
import type { Ledger } from '../ports.ts';
import { audit } from './audit.ts';
import type { Sha256 } from './audit/chain.ts';
import { changeFeed } from './change-feed.ts';
import { claimStore } from './claims.ts';
import { ledgerConnection } from './connection.ts';
import { rememberedFolds } from './folds.ts';
import { hookRunStore } from './hook-runs.ts';
import { messageStore } from './messages.ts';
import { processStore } from './processes.ts';
import { progressStore } from './progress.ts';
import { runStore } from './run-store.ts';
import { sampleStore } from './samples.ts';
import { seat } from './seat.ts';

type LedgerOptions = {
  readonly connectionString: string;
  /** Asked at every decision: roles are those of now, not those of the boot. */
  readonly people: () => readonly Person[];
  readonly sha256?: Sha256;
};

/**
 * The ledger in PostgreSQL, in the schema that `migrations/` makes. Connects when it is first asked, not before.
 * Its methods throw when it cannot be reached, with a sentence fit for the operator; whatever people may do wrong is a refusal instead.
 */
export function postgresLedger({ connectionString, people, sha256 = hex }: LedgerOptions): Ledger {
  const connection = ledgerConnection(connectionString);
  const folds = rememberedFolds();
  const feed = changeFeed(connectionString);
  const close = async () => {
    await feed.close();
    await connection.close();
  };
  return {
    ...runStore({ connection, folds, people, sha256 }),
    ...audit(connection, sha256),
    ...claimStore(connection, folds),
    ...sampleStore(connection),
    ...progressStore(connection),
    ...messageStore(connection),
    ...processStore(connection),
    ...hookRunStore(connection),
    listen: (onChange) => feed.listen(onChange),
    seat: (name) => seat(connectionString, name),
    close,
  };
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
