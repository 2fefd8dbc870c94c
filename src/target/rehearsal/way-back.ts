import { isOrder } from '../../domain/fingerprint-diff.ts';
import type { Migration } from '../../domain/plan.ts';
import type { RehearsedMigration } from '../../domain/proof.ts';
import type { ScriptError } from '../backup/script.ts';

type Verdict = Pick<RehearsedMigration, 'down' | 'detail' | 'order' | 'lost'>;

/** Why there is no down to run; null when there is one. */
export function withoutDown(migration: Migration): Verdict | null {
  const { version, down, downStatements, statements } = migration;
  if (down === null) return { down: 'missing', detail: `${version} has no down script` };
  if (downStatements.length > 0 || statements.length === 0) return null;
  return { down: 'irreversible', detail: `${down.path} has no statement, so ${version} cannot be taken back` };
}

/** A down that raises on purpose says that there is no way back; any other failure is a mistake. */
export function downFailed({ code, message }: ScriptError): Verdict {
  return { down: code === 'P0001' ? 'irreversible' : 'fails', detail: message };
}

/**
 * The verdict on a down that ran. `differences` are the sentences between the schema before the up and after the down; an order of
 * columns among them is named and does not count, because no down can give it back. `lost` is data that an exact schema does not bring back.
 */
export function comesBackAs(differences: readonly string[], lost: readonly string[]): Verdict {
  const order = differences.filter(isOrder);
  if (order.length < differences.length) return { down: 'differs', detail: listed(differences) };
  const named = { ...(order.length > 0 ? { order } : {}), ...(lost.length > 0 ? { lost } : {}) };
  return { down: 'exact', detail: listed([...order, ...lost]), ...named };
}

/** The verdict on a second up that ran; it must make the schema that the first one made, but for the order of columns. */
export function secondUp(detail: string, differences: readonly string[]): Pick<RehearsedMigration, 'upAgain' | 'detail'> {
  const others = differences.filter((sentence) => !isOrder(sentence));
  if (others.length === 0) return { upAgain: 'ok', detail };
  return { upAgain: 'error', detail: joined(detail, `the second up made another schema: ${listed(others)}`) };
}

const MOST = 8;

/** The first sentences of many. */
function listed(sentences: readonly string[]): string {
  const more = sentences.length - MOST;
  return [...sentences.slice(0, MOST), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
