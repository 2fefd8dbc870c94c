import type { RehearseAnswer, RehearseRequest } from '../domain/round-trip.ts';
import { formatOf } from '../migration/formats/index.ts';
import { readDirectory } from '../migration/source.ts';
import { catalogOfTarget } from '../target/catalog-session.ts';
import { roundTrips } from '../target/rehearsal/alone.ts';
import { lackedExtensions } from '../target/rehearsal/extensions.ts';
import { throwaway, Unfit, type Forbidden, type Throwaway } from '../target/rehearsal/throwaway.ts';

/**
 * Rehearses a directory of migrations in a database of its own, which is dropped afterwards, whatever happens. Answers why nothing
 * was rehearsed when the server is a target's, cannot be used, or the files cannot be placed; throws when `signal` said stop.
 */
export async function rehearse(request: RehearseRequest, forbidden: readonly Forbidden[]): Promise<RehearseAnswer> {
  let database: Throwaway;
  try {
    database = await throwaway(request.database, forbidden);
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, why: error.message };
    throw error;
  }
  let dropped: Promise<void> | undefined;
  const drop = () => (dropped ??= database.drop());
  // Dropping it ends the statement that is running in it.
  const onAbort = () => void drop().catch(() => {});
  request.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await trips(request, database);
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  } finally {
    request.signal.removeEventListener('abort', onAbort);
    await drop();
  }
}

async function trips(request: RehearseRequest, database: Throwaway): Promise<RehearseAnswer> {
  const { directory, format, signal, onTrip, onNotice } = request;
  const catalog = await catalogOfTarget(database.url);
  const read = await readDirectory({
    directory,
    format,
    serverMajor: () => Promise.resolve(catalog.serverMajor),
    catalog: () => Promise.resolve(catalog),
  });
  // A file of no version may be any of the migrations; a mistake about one version stops nobody else.
  if (read.problems.some(({ version }) => version === undefined))
    return { ok: false, why: read.problems.map(({ message }) => message).join('\n') };
  if (read.changes.length === 0) return { ok: false, why: `There is no migration in ${directory} that can be read as ${format}.` };
  for (const { message } of read.problems) onNotice(message);
  const migrations = read.changes.map(({ migration }) => migration);
  for (const sentence of await lackedExtensions(database.url, migrations)) onNotice(sentence);
  const { before = null } = formatOf(format);
  const judged = async (index: number) => {
    const change = read.changes[index]?.change;
    return change === undefined ? undefined : read.judged(change, await catalogOfTarget(database.url));
  };
  for await (const trip of roundTrips(database, read.changes, { signal, before, judged })) onTrip(trip);
  signal.throwIfAborted();
  return { ok: true, warnings: database.warnings, whole: read.problems.length === 0 };
}
