import type { Client } from 'pg';
import { isKeptBy, type RestoreNames } from './names.ts';

export type Found = { readonly oid: string; readonly comment: string | null };

/** What the server shows of a restore: the only thing from which a worker goes on, whatever the one before it did. */
export type Shown = {
  readonly live: Found | null;
  readonly beside: Found | null;
  readonly kept: Found | null;
  /** `before`: the live database is the one it always was. `switched`: it was renamed, and the restored one has its name. */
  readonly phase: 'before' | 'switched' | 'unclear';
};

const LOOK = `
select datname as name, oid::text, shobj_description(oid, 'pg_database') as comment from pg_database where datname = any ($1::text[])`;

/** Looks, and changes nothing. */
export async function lookAt(admin: Client, names: RestoreNames, runId: string): Promise<Shown> {
  const { rows } = await admin.query<Found & { name: string }>(LOOK, [[names.live, names.beside, names.kept]]);
  const of = (name: string) => rows.find((row) => row.name === name) ?? null;
  const [live, beside, kept] = [of(names.live), of(names.beside), of(names.kept)];
  if (live !== null && kept === null) return { live, beside, kept, phase: 'before' };
  if (live !== null && beside === null && isKeptBy(kept?.comment ?? null, runId)) return { live, beside, kept, phase: 'switched' };
  return { live, beside, kept, phase: 'unclear' };
}

/** What a person sees when the names are not those of any moment of a restore. */
export function unclearWords({ live, beside, kept }: Shown, names: RestoreNames): string {
  const there = [live && names.live, beside && names.beside, kept && names.kept].filter((name) => name !== null);
  const taken =
    live !== null && kept !== null
      ? ` A database called ${names.kept} is there already; it may be the database of before, with everything written since the backup. Do not drop it: rename it first (ALTER DATABASE … RENAME TO …).`
      : '';
  const missing = live === null ? ` ${names.live} is missing: rename the right one to it (ALTER DATABASE … RENAME TO …).` : '';
  return `The server shows ${there.join(', ') || 'none of the databases'}, which is no state of this restore.${taken}${missing} Nothing was changed.`;
}
