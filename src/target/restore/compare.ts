import { fingerprintDiff } from '../../domain/fingerprint-diff.ts';
import type { Manifest } from '../backup/manifest.ts';
import { contentDifferences, readContents } from '../backup/table-contents.ts';
import { failedValidations, type Validation } from '../backup/validate.ts';
import { connected } from '../backup/connection.ts';
import { readFingerprint } from '../fingerprint.ts';
import { readHistory } from '../history.ts';
import { sessionName } from '../session.ts';
import { besideUrl } from './maintenance.ts';
import type { RestoreNames } from './names.ts';
import type { RestoreOptions, RestoreWork } from './options.ts';

export type Comparing = {
  readonly options: RestoreOptions;
  readonly work: RestoreWork;
  readonly names: RestoreNames;
  readonly manifest: Manifest;
  /** The validations of what was applied before the run. */
  readonly validations: readonly Validation[];
};

/** A definition may be spelled anew by a restore; who owns what and may do what never is. */
const SPELLED_ANEW = /^(view|matview|constraint|index|policy|rule|trigger|function|column|domain|statistics) .* changed/;

/**
 * What the copy lacks of what the backup must hold, as sentences; empty when it may become the live database (R86): every row and value
 * of the snapshot, every object with owner and grants, and every validation of the versions it has. Reads only.
 */
export async function copyFailures({ options, work, names, manifest, validations }: Comparing): Promise<readonly string[]> {
  const client = await connected(besideUrl(options, names.beside), sessionName(work.runId, work.epoch, 'compare'));
  try {
    await client.query('begin read only');
    const found = await readContents(client, work.signal, manifest.tables);
    await client.query('commit');
    const schema = fingerprintDiff(manifest.fingerprint, await readFingerprint(client)).filter((sentence) => !SPELLED_ANEW.test(sentence));
    const history = await readHistory(client);
    // An older backup has fewer versions than the live database, and what validates the others would fail for that alone.
    const versions = new Set(history.map(({ version }) => version));
    const asked = validations.filter(({ version }) => history.length === 0 || versions.has(version));
    return [...contentDifferences(manifest.tables, found), ...schema, ...(await failedValidations(client, asked))];
  } finally {
    await client.end().catch(() => {});
  }
}
