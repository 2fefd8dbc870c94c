import type { Backfill } from '../domain/plan.ts';
import type { FileProblem } from '../ports.ts';
import { readDirectives } from './directives.ts';
import type { Parser } from './parser.ts';
import { problemAt } from './problem.ts';
import { admit } from './refusals.ts';
import type { SetAside } from './refusals.ts';
import { splitStatements } from './split.ts';
import type { ParsedStatement } from './split.ts';
import type { Waiver } from './waivers.ts';
import { onlyRaises, transactionRule } from './transaction-rule.ts';

/** What a script is for. `verify` is a validation that speaks by raising (Sqitch). */
export type Part = 'up' | 'down' | 'validate' | 'verify';

/** A statement that may run: how, and whether in batches. */
export type AdmittedStatement = ParsedStatement & {
  readonly inTransaction: boolean;
  readonly backfill: Backfill | null;
  /** The file commits before it. */
  readonly commitsBefore: boolean;
  readonly waivers: readonly Waiver[];
  /** A comment that would silence another tool, which means nothing here. */
  readonly ignored: string | null;
};

export type ParsedFile =
  | { readonly ok: true; readonly statements: readonly AdmittedStatement[]; readonly setAside: readonly SetAside[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** `foreign` when it was written for another tool; `eachCommits` when that tool was told to use no transaction. */
type FileToParse = {
  readonly path: string;
  readonly text: string;
  readonly part: Part;
  readonly foreign?: boolean;
  readonly eachCommits?: boolean;
};

/**
 * One migration file as PostgreSQL reads it: its statements in order with their line, whether each may run inside a
 * transaction, where the file commits, and the backfill a directive declares. A down file that says `irreversible`, or that only
 * raises an exception, has no statements. Everything that is wrong is answered together; nothing is skipped.
 */
export function parseFile(parser: Parser, file: FileToParse): ParsedFile {
  const split = splitStatements(parser, file);
  if (!split.ok) return { ok: false, problems: [split.problem] };
  const admitted = admit(file, split.statements);
  const directives = readDirectives(parser, file, split.statements);
  const rule = transactionRule(
    parser,
    admitted.statements.map(({ statement }) => statement),
  );
  const statements = admitted.statements.map(({ statement, index, inBlock, commitsBefore }, place) => ({
    ...statement,
    inTransaction: rule[place] ?? true,
    backfill: directives.backfills.get(index) ?? null,
    waivers: directives.waivers.get(index) ?? [],
    ignored: directives.ignored.get(index) ?? null,
    commitsBefore: commitsBefore || (file.eachCommits === true && place > 0 && !inBlock),
  }));
  const inBlocks = statements.filter((_, place) => admitted.statements[place]?.inBlock);
  const problems = [...admitted.problems, ...directives.problems, ...notTogether(file, inBlocks)];
  if (problems.length > 0) return { ok: false, problems };
  const [only, ...others] = statements;
  const undoes = !(file.part === 'down' && only !== undefined && others.length === 0 && onlyRaises(parser, only));
  return { ok: true, statements: undoes ? statements : [], setAside: admitted.setAside };
}

/** BEGIN … COMMIT around statements that cannot be in one transaction: what the author asked for cannot be had. */
function notTogether(file: FileToParse, statements: readonly AdmittedStatement[]): readonly FileProblem[] {
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
