import type { LintAnswer, LintRequest } from '../domain/lint.ts';
import { lintFiles } from '../migration/lint-files.ts';
import { loadParser } from '../migration/parser.ts';

/** The grammar is PostgreSQL 18's; without a database or a version nothing counts as too new. */
const NEWEST_MAJOR = 18;

/**
 * The verdicts over files, with the catalog of the database when there is one. Answers a sentence when the database cannot
 * be read: then nothing was judged. The parser loads while the catalog is read.
 */
export async function lint({ files, database, serverMajor }: LintRequest): Promise<LintAnswer | string> {
  if (database === null) return await lintFiles(files, { serverMajor: serverMajor ?? NEWEST_MAJOR });
  const parser = loadParser();
  const { catalogOfDatabase } = await import('../target/catalog-session.ts');
  const catalog = await catalogOfDatabase(database);
  await parser;
  if (typeof catalog === 'string') return `${catalog} Nothing was judged, and nothing was changed.`;
  return await lintFiles(files, { serverMajor: catalog.serverMajor, catalog });
}
