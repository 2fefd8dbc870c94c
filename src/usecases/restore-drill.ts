import { restored } from '../domain/proof.ts';
import type { Ledger, Reading } from '../ports.ts';

/** Runs that are looked at; a target whose last fifty proved nothing has no drill worth the name. */
const LOOKED_AT = 50;

/** When a backup of this target was last restored and compared: the newest proof in the ledger (R21). */
export async function lastRestore(
  ledger: Pick<Ledger, 'list'>,
  target: string,
): Promise<Reading<{ restoredAt: string | null; backup: string }>> {
  const source = "the ledger's proofs";
  try {
    const runs = await ledger.list({ target, limit: LOOKED_AT });
    const proofs = runs.flatMap(({ rehearsal }) => (rehearsal !== null && restored(rehearsal) ? [rehearsal] : []));
    const newest = proofs.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
    return { ok: true, source, value: { restoredAt: newest?.at ?? null, backup: newest?.backupId ?? '' } };
  } catch {
    return { ok: false, source, why: 'The ledger does not say when a backup was last restored.' };
  }
}
