import type { Statement } from '../../src/domain/plan.ts';
import type { CatalogState } from '../../src/domain/catalog.ts';
import { judge } from '../../src/migration/migration.ts';
import { parseFile } from '../../src/migration/parse.ts';
import type { AdmittedStatement, Part } from '../../src/migration/parse.ts';
import { loadParser } from '../../src/migration/parser.ts';

/** The statements of a text; fails the test with the problems when it is refused. */
export async function parsed(text: string, part: Part = 'up'): Promise<readonly AdmittedStatement[]> {
  const file = parseFile(await loadParser(), { path: `0001_x.${part}.sql`, text, part });
  if (!file.ok) throw new Error(file.problems.map(({ message }) => message).join('\n'));
  return file.statements;
}

/** Why a text is refused; fails the test when it is not. */
export async function refused(
  text: string,
  part: Part = 'up',
): Promise<readonly { readonly line: number | null; readonly message: string }[]> {
  const file = parseFile(await loadParser(), { path: `0001_x.${part}.sql`, text, part });
  if (file.ok) throw new Error(`accepted: ${text}`);
  return file.problems;
}

/** The verdicts over the statements of one migration. */
export async function verdicts(
  text: string,
  on: { serverMajor?: number; catalog?: CatalogState | Promise<CatalogState> } = {},
): Promise<readonly Statement[]> {
  const catalog = await on.catalog;
  return judge(await parsed(text), { serverMajor: on.serverMajor ?? 17, ...(catalog === undefined ? {} : { catalog }) }).statements;
}

export const codes = (statement: Statement | undefined): readonly string[] => statement?.hazards.map(({ code }) => code) ?? [];
