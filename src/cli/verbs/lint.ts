import type { Command } from 'commander';
import type { LintAnswer, LintedStatement, LintRequest } from '../../domain/lint.ts';
import type { Hazard } from '../../domain/plan.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import type { GlobalOptions } from '../session.ts';
import type { Terminal } from '../terminal.ts';

type Options = GlobalOptions & { readonly database?: string; readonly postgres?: string; readonly json?: boolean; readonly cache: boolean };

/** What it needs of the program it is a verb of: the linter, and where to write. */
type Lint = { readonly lint: (request: LintRequest) => Promise<LintAnswer | string>; readonly terminal: Terminal };
type Program = {
  readonly program: Command;
  readonly bare: (command: Command, body: (doors: Lint, options: GlobalOptions) => Promise<ExitCode>) => void;
};

const OLDEST = 14;
const AFTER = `
Exit codes: 0 nothing dangerous; 1 a danger nobody waived, or a statement that will fail; 2 a file or the database could not be
read, or a waiver is wrong; 3 the command line means nothing.
With --json each line of the output is one statement. Several files are read in their order; each sees what those before it made.`;

/** `offpeak lint FILE…`: what each statement locks, rewrites, reads and risks, on the database it is for. Changes nothing, and needs no configuration. */
export function lintVerb({ program, bare }: Program): void {
  const command = program
    .command('lint')
    .description('say what each statement of these files locks, rewrites and risks')
    .argument('<file...>', 'SQL files, in the order they would run')
    .option('--database <url>', 'the database they are for; its schema, sizes and traffic are read, and nothing is changed')
    .option('--postgres <major>', 'without --database: the PostgreSQL version to judge for (default: 18)')
    .option('--json', 'one JSON object a statement')
    .option('--no-cache', 'judge everything anew, and keep nothing for the next time')
    .addHelpText('after', AFTER);
  bare(command, async (doors, given) => {
    const { database, postgres, json, cache } = given as Options;
    const serverMajor = postgres === undefined ? null : Number(postgres);
    if (serverMajor !== null && !(Number.isInteger(serverMajor) && serverMajor >= OLDEST)) {
      throw new BadUsage(`--postgres takes a major version from ${OLDEST} on, e.g. 17.`);
    }
    if (database !== undefined && serverMajor !== null) throw new BadUsage('The database says its own version: leave --postgres away.');
    const answer = await doors.lint({ files: command.args, database: database ?? null, serverMajor, cache });
    if (typeof answer === 'string') {
      doors.terminal.err(answer);
      return EXIT.refused;
    }
    return say(doors.terminal, answer, json === true);
  });
}

function say(terminal: Terminal, answer: LintAnswer, json: boolean): ExitCode {
  for (const statement of answer.statements) terminal.out(json ? JSON.stringify(jsonOf(statement)) : textOf(statement));
  for (const problem of answer.problems) terminal.err(problem);
  for (const sentence of notKnown(answer)) terminal.err(sentence);
  if (answer.problems.length > 0) return EXIT.refused;
  return answer.statements.some(isDangerous) ? EXIT.failed : EXIT.done;
}

/** Exactly the keys that are promised, in their order. */
function jsonOf(statement: LintedStatement) {
  const { file, line, sql, locks, rewrites, scans, blocks, in_transaction, error } = statement;
  const hazards = statement.hazards.map(({ code, severity, message, recipe, waived }) => ({
    code,
    severity,
    message: waived === undefined ? message : `Waived ("${waived}"): ${message}`,
    recipe: recipe ?? null,
  }));
  return { file, line, sql, locks, rewrites, scans, blocks, in_transaction, ...(error === undefined ? {} : { error }), hazards };
}

function isDangerous({ error, hazards }: LintedStatement): boolean {
  return error !== undefined || hazards.some(({ severity, waived }) => severity === 'danger' && waived === undefined);
}

/** What was judged without knowing: never left unsaid. */
function notKnown({ statements, live, serverMajor }: LintAnswer): readonly string[] {
  const unknown = statements.filter(({ hazards }) => hazards.some(({ code }) => code === 'unknown_shape')).length;
  const depends = statements.filter(({ hazards }) => hazards.some(({ code }) => code === 'depends_on_catalog')).length;
  return [
    ...(live
      ? []
      : [
          `Judged for PostgreSQL ${serverMajor} without a database: present types, keys, partitions, indexes, sizes and traffic are not known. ` +
            `${depends} of ${statements.length} statements depend on them (depends_on_catalog) and were judged as the stronger case. Write --database URL to know.`,
        ]),
    ...(unknown === 0
      ? []
      : [
          `What ${unknown} of ${statements.length} statements do is not in their text (unknown_shape); they count as blocking reads and writes. A rehearsal traces them.`,
        ]),
  ];
}

const MARKS: Readonly<Record<Hazard['severity'], string>> = { danger: 'DANGER ', warning: 'Warning', note: 'Note   ' };

function textOf({ file, line, sql, locks, rewrites, scans, blocks, in_transaction: inside, hazards }: LintedStatement): string {
  const [first = ''] = sql.split('\n');
  const facts = [
    blocks === 'nothing' ? 'blocks nobody' : `blocks ${blocks}`,
    ...locks.map(({ relation, mode }) => `${mode} on ${relation}`),
    ...(rewrites.length > 0 ? [`rewrites ${rewrites.join(', ')}`] : []),
    ...(scans.length > 0 ? [`reads ${scans.join(', ')} whole`] : []),
    ...(inside ? [] : ['outside a transaction']),
  ];
  return [`${file}:${line}  ${first}${sql === first ? '' : ' …'}`, `  ${facts.join(' · ')}`, ...hazards.map(hazardText), ''].join('\n');
}

function hazardText({ code, severity, message, recipe, waived }: Hazard): string {
  const told = `  ${MARKS[severity]} ${code}: ${message}${waived === undefined ? '' : ` Waived: ${waived}`}`;
  return recipe === undefined ? told : `${told}\n${recipe.replaceAll(/^/gm, '      ')}`;
}
