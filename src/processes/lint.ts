import { cacheDirectory } from '../config/cache-directory.ts';
import type { LintAnswer, LintRequest } from '../domain/lint.ts';
import { lintMemory } from '../migration/cache/memory.ts';
import type { LintMemory } from '../migration/cache/memory.ts';
import { lintFiles, loadLinter } from '../migration/lint-files.ts';

/** The grammar is PostgreSQL 18's; without a database or a version nothing counts as too new. */
const NEWEST_MAJOR = 18;

/**
 * The verdicts over files, with the catalog of the database when there is one. Answers a sentence when the database cannot
 * be read: then nothing was judged. What earlier runs found out is used unless the request says not to.
 */
export async function lint(request: LintRequest): Promise<LintAnswer | string> {
  const memory = request.cache ? lintMemory(cacheDirectory(), request.files) : null;
  const answer = await judged(request, memory);
  memory?.save();
  return answer;
}

async function judged({ files, database, serverMajor }: LintRequest, memory: LintMemory | null): Promise<LintAnswer | string> {
  if (database === null) return await lintFiles(files, { serverMajor: serverMajor ?? NEWEST_MAJOR }, memory);
  // While the server answers, there is time to load what will certainly be needed.
  const linter = memory === null ? loadLinter() : null;
  const { catalogOfDatabase } = await import('../target/catalog-session.ts');
  const catalog = await catalogOfDatabase(database);
  await linter;
  if (typeof catalog === 'string') return `${catalog} Nothing was judged, and nothing was changed.`;
  return await lintFiles(files, { serverMajor: catalog.serverMajor, catalog }, memory);
}
