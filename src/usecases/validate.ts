import { byVersion } from '../domain/formats.ts';
import type { Services } from '../ports.ts';

/**
 * Runs the validation queries of every applied migration, read-only (R54, R58). Returned rows are failures.
 * Out: failures as `0008 line 3: 12 rows`, and how many files were run. Throws when files or target cannot be read.
 */
export async function validate(
  services: Services,
  target: string,
): Promise<{ readonly failures: readonly string[]; readonly files: number }> {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  const applied = await context.target.applied();
  const read = await context.migrations.read({ applied });
  if (!read.ok) throw new Error(read.problems.map((problem) => problem.message).join('\n'));
  const row = byVersion(applied, ({ version }) => version);
  const scripts = read.migrations
    .filter(({ validate, version }) => validate !== null && row(version) !== undefined)
    .map((migration) => ({ version: migration.version, path: migration.validate?.path ?? '', statements: migration.validations }));
  return { failures: await context.target.validate(scripts), files: scripts.length };
}
