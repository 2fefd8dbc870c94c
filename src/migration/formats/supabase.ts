import type { Script } from '../../domain/plan.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { besideFolder, paired, unplaced, type Named } from './paired.ts';

const PATTERN = /^(?<version>\d{1,20})_(?<name>[^/]*)\.sql$/;
const EXPECTED = '<timestamp>_<name>.sql, or the same name in the folder down/ or validate/';

/** Supabase: `20240131120000_name.sql`. It knows no way back; ours lies beside it as `down/20240131120000_name.sql`, where its CLI does not look. */
export const supabaseFormat: MigrationFormat = { name: 'supabase', arrange };

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    const { part, file } = besideFolder(script.path);
    const groups = PATTERN.exec(file)?.groups;
    if (groups?.['version'] === undefined) problems.push(unplaced(script.path, EXPECTED));
    else files.push({ script, version: groups['version'], name: groups['name'] || groups['version'], part });
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}
