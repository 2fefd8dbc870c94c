import type { Backfill } from '../domain/plan.ts';
import type { FileProblem } from '../ports.ts';
import { readDirectives } from './directives.ts';
import type { Parser } from './parser.ts';
import { problemAt } from './problem.ts';
import { admit } from './refusals.ts';
import { splitStatements } from './split.ts';
import type { ParsedStatement } from './split.ts';
import { onlyRaises, transactionRule } from './transaction-rule.ts';

export type Part = 'up' | 'down' | 'validate';

/** A statement that may run: how, and whether in batches. */
export type AdmittedStatement = ParsedStatement & { readonly inTransaction: boolean; readonly backfill: Backfill | null };

export type ParsedFile =
  | { readonly ok: true; readonly statements: readonly AdmittedStatement[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/**
 * One migration file as PostgreSQL reads it: its statements in order with their line, whether each may run inside a
 * transaction, and the backfill a directive declares. A down file that says `irreversible`, or that only raises an
 * exception, has no statements. Everything that is wrong is answered together; nothing is skipped.
 */
export function parseFile(parser: Parser, file: { path: string; text: string; part: Part }): ParsedFile {
  const split = splitStatements(parser, file);
  if (!split.ok) return { ok: false, problems: [split.problem] };
  const admitted = admit(file, split.statements);
  const directives = readDirectives(parser, file, split.statements);
  const problems = [...admitted.problems, ...directives.problems];
  const shift = admitted.wrapped ? 1 : 0;
  const rule = transactionRule(parser, admitted.statements);
  const statements = admitted.statements.map((statement, index) =>
    Object.assign({ inTransaction: rule[index] ?? true, backfill: directives.backfills.get(index + shift) ?? null }, statement),
  );
  if (admitted.wrapped) problems.push(...notTogether(file, statements));
  if (problems.length > 0) return { ok: false, problems };
  const [only, ...others] = statements;
  const undoes = !(file.part === 'down' && only !== undefined && others.length === 0 && onlyRaises(parser, only));
  return { ok: true, statements: undoes ? statements : [] };
}

/** BEGIN … COMMIT around statements that cannot be in one transaction: what the author asked for cannot be had. */
function notTogether(file: { path: string; text: string }, statements: readonly AdmittedStatement[]): readonly FileProblem[] {
  return statements
    .filter((statement) => !statement.inTransaction || statement.backfill !== null)
    .map((statement) =>
      problemAt(
        file,
        statement.from,
        statement.backfill === null
          ? 'cannot run inside the BEGIN … COMMIT around it. Remove BEGIN and COMMIT; the engine runs this statement on its own.'
          : 'a backfill commits each batch, so it cannot be inside BEGIN … COMMIT. Remove BEGIN and COMMIT.',
      ),
    );
}
