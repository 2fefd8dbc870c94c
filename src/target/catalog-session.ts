import type { CatalogState } from '../domain/catalog.ts';
import { readCatalog } from './catalog.ts';
import { TargetError } from './errors.ts';
import { withSession } from './session.ts';
import { DEFAULT_TUNING } from './tuning.ts';

const SETTINGS = { applicationName: 'offpeak:lint', lockTimeoutMs: 250, statementTimeoutMs: 15_000 };

/** The catalog of a database, over a session of its own. Throws TargetError with the operator's sentence. */
export async function catalogOfTarget(connectionString: string): Promise<CatalogState> {
  const request = { connectionString, connectMs: DEFAULT_TUNING.connectMs, settings: SETTINGS };
  return await withSession(request, ({ client }) => readCatalog(client));
}

/** The same for a command line: the operator's sentence when it cannot be read. */
export async function catalogOfDatabase(connectionString: string): Promise<CatalogState | string> {
  try {
    return await catalogOfTarget(connectionString);
  } catch (error) {
    if (error instanceof TargetError) return error.message;
    throw error;
  }
}
