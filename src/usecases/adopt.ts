import { adoptionOf, type Adoption } from '../domain/adoption.ts';
import { byVersion, type FormatName } from '../domain/formats.ts';
import type { MigrationSource, Target } from '../ports.ts';
import { problemsText } from './plan.ts';

/** What an adoption reads and writes: the files, and the database they were applied to. */
export type AdoptionSite = {
  readonly source: Pick<MigrationSource, 'format' | 'adoptable'>;
  readonly target: Pick<Target, 'unusable' | 'applied' | 'historyOf' | 'adopt'>;
};

export type AdoptRequest = { readonly from: FormatName; readonly table: string | null; readonly dryRun: boolean };

/** The table that was read and what was recorded, or would be; otherwise the sentences that say why nothing was. */
export type AdoptOutcome =
  | { readonly ok: true; readonly table: string; readonly adoption: Extract<Adoption, { ok: true }> }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Takes another tool's history into our own, so that only what is new is planned. Reads that tool's table and never writes to it.
 * All or nothing: with a single problem nothing is recorded. May be repeated: what was recorded before stays as it is.
 */
export async function adopt({ source, target }: AdoptionSite, { from, table, dryRun }: AdoptRequest): Promise<AdoptOutcome> {
  const refuse = (...problems: readonly string[]): AdoptOutcome => ({ ok: false, problems });
  if (source.format !== from)
    return refuse(
      `The files of this target are read as ${source.format}. Set \`format: ${from}\` for it first: plans read them so from then on.`,
    );
  const unfit = await target.unusable();
  if (unfit !== null) return refuse(unfit);
  const { files, problems } = await source.adoptable();
  const history = await target.historyOf({ format: from, table });
  if (typeof history === 'string') return refuse(history);
  const adoption = adoptionOf(files, history, await target.applied());
  if (!adoption.ok) return refuse(...adoption.problems);
  // A mistake about what is applied stops nobody any more: that runs no more.
  const row = byVersion([...(await target.applied()), ...adoption.record], ({ version }) => version);
  const wrong = problems.filter(({ version }) => version === undefined || row(version) === undefined);
  if (wrong.length > 0) return refuse(problemsText(wrong));
  if (!dryRun && adoption.record.length > 0) await target.adopt({ format: from, rows: adoption.record });
  return { ok: true, table: history.table, adoption };
}
