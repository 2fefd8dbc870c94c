import { Buffer } from 'node:buffer';
import type { Backfill } from '../domain/plan.ts';
import type { FileProblem } from '../ports.ts';
import { backfillOf, columnsOf } from './backfill-directive.ts';
import { quoted, relationOf } from './names.ts';
import type { Part } from './parse.ts';
import type { Parser } from './parser.ts';
import { problemAt } from './problem.ts';
import type { Waiver } from './waivers.ts';
import type { ParsedStatement } from './split.ts';
import { commentsBetween } from './trivia.ts';
import type { Comment } from './trivia.ts';

/** What the `-- offpeak:` comments of a file say. `backfills` by position of the statement. */
type Directives = {
  readonly backfills: ReadonlyMap<number, Backfill>;
  /** Hazards of a statement somebody decided to live with, and comments that would silence other linters. */
  readonly waivers: ReadonlyMap<number, readonly Waiver[]>;
  readonly ignored: ReadonlyMap<number, string>;
  readonly irreversible: boolean;
  readonly problems: readonly FileProblem[];
};

type File = { readonly path: string; readonly text: string; readonly part: Part };

const DIRECTIVE = /^--[ \t]*offpeak(?:[ \t]*:[ \t]*(?<words>.*)|[ \t]+(?<bare>(?:backfill|irreversible|waive)\b.*))$/i;
const IN_BLOCK = /^\/\*\s*offpeak\s*:/i;
const WAIVE = /^waive\s+(?<code>[a-z_]+)\s+reason="(?<reason>[^"]*)"$/;
const WAIVE_USAGE = 'Write `-- offpeak: waive CODE reason="why it is right here"` on its own line directly before the statement.';
/** Comments that silence other linters (squawk, pgfence, eugene, strong_migrations). */
const FOREIGN_IGNORE = /^(?:--|\/\*)\s*(?:squawk-ignore|pgfence-ignore|eugene:\s*ignore|safety_assured)/i;
const USAGE = 'Write `-- offpeak: backfill table=leads key=id` on its own line directly before one UPDATE or DELETE of that table.';

/**
 * Reads `-- offpeak: backfill table=… key=…` (`batch=…`, `workers=2`) before one UPDATE or DELETE with WHERE, and `-- offpeak: irreversible` in a
 * down file. A directive that is misspelt, misplaced or does not fit its statement is refused: silently ignoring it would
 * run in one transaction what was meant to run in batches.
 */
export function readDirectives(parser: Parser, file: File, statements: readonly ParsedStatement[]): Directives {
  const backfills = new Map<number, Backfill>();
  const waivers = new Map<number, readonly Waiver[]>();
  const ignored = new Map<number, string>();
  const problems: FileProblem[] = [];
  let irreversible = false;
  const say = (offset: number, message: string) => problems.push(problemAt(file, offset, message));
  statements.forEach((statement, index) => {
    for (const comment of commentsWithin(parser, statement)) say(comment.offset, `a directive inside a statement. ${USAGE}`);
    const sameLineUntil = index === 0 ? 0 : lineEnd(file.text, statement.lead);
    for (const comment of commentsBetween(file.text, statement.lead, statement.from)) {
      if (FOREIGN_IGNORE.test(comment.text)) ignored.set(index, comment.text.slice(0, 80));
      const directive = directiveOf(comment);
      if (directive === null) continue;
      if (directive.kind === 'irreversible') irreversible = true;
      else if (directive.kind === 'broken') say(comment.offset, directive.why);
      else if (comment.offset < sameLineUntil) say(comment.offset, `a directive behind the statement before it. ${USAGE}`);
      else if (directive.kind === 'waive')
        waivers.set(index, [...(waivers.get(index) ?? []), { ...directive.waiver, offset: comment.offset }]);
      else if (backfills.has(index)) say(comment.offset, `a second directive for the same statement. ${USAGE}`);
      else {
        const misfit = misfitOf(directive.backfill, statement, file.part);
        if (misfit === null) backfills.set(index, directive.backfill);
        else say(comment.offset, misfit);
      }
    }
  });
  for (const comment of commentsBetween(file.text, statements.at(-1)?.to ?? 0, file.text.length)) {
    const directive = directiveOf(comment);
    if (directive === null) continue;
    if (directive.kind === 'irreversible') irreversible = true;
    else
      say(
        comment.offset,
        directive.kind === 'broken'
          ? directive.why
          : `a directive before no statement. ${directive.kind === 'waive' ? WAIVE_USAGE : USAGE}`,
      );
  }
  if (irreversible) problems.push(...irreversibleProblems(file, statements));
  return { backfills, waivers, ignored, irreversible, problems };
}

function irreversibleProblems(file: File, statements: readonly ParsedStatement[]): readonly FileProblem[] {
  const at = Math.max(0, file.text.search(/--[ \t]*offpeak[ \t]*:?[ \t]*irreversible/i));
  if (file.part !== 'down') return [problemAt(file, at, '`irreversible` belongs into the .down.sql file. Move it there.')];
  if (statements.length === 0) return [];
  return [
    problemAt(
      file,
      at,
      'says irreversible and has statements. Remove the statements, or the directive when they really undo the up script.',
    ),
  ];
}

type Directive =
  | { readonly kind: 'backfill'; readonly backfill: Backfill }
  | { readonly kind: 'irreversible' }
  | { readonly kind: 'waive'; readonly waiver: Omit<Waiver, 'offset'> }
  | { readonly kind: 'broken'; readonly why: string };

const broken = (why: string): Directive => ({ kind: 'broken', why: `${why} ${USAGE}` });

function directiveOf(comment: Comment): Directive | null {
  if (IN_BLOCK.test(comment.text)) return broken('a directive in a block comment.');
  const groups = DIRECTIVE.exec(comment.text)?.groups;
  if (groups === undefined) return null;
  if (groups['words'] === undefined) return broken('a directive without its colon.');
  const words = groups['words'].trim();
  if (words === 'irreversible') return { kind: 'irreversible' };
  if (/^waive\b/.test(words)) return waiverOf(words);
  const backfill = backfillOf(words);
  return typeof backfill === 'string' ? broken(backfill) : { kind: 'backfill', backfill };
}

/** A waiver says what it waives and why: whoever approves has to read it. */
function waiverOf(words: string): Directive {
  const { code, reason } = WAIVE.exec(words)?.groups ?? {};
  if (code === undefined || reason === undefined)
    return { kind: 'broken', why: `the waiver \`${words}\` has no reason, or cannot be read. ${WAIVE_USAGE}` };
  if (reason.trim().length < 3) return { kind: 'broken', why: `the waiver of ${code} has no reason. ${WAIVE_USAGE}` };
  return { kind: 'waive', waiver: { code, reason: reason.trim() } };
}

/** Why this statement cannot be cut into batches; null when it can. */
function misfitOf(backfill: Backfill, statement: ParsedStatement, part: File['part']): string | null {
  if (part !== 'up') return `a backfill in a .${part}.sql file. Only up scripts run in batches; remove the directive.`;
  const { node } = statement;
  const change = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : null;
  if (change === null) return `a backfill before a statement that is neither UPDATE nor DELETE. ${USAGE}`;
  const table = relationOf(change.relation);
  if (table !== backfill.table) return `the directive says table=${backfill.table}, the statement changes ${table}. Make them the same.`;
  if (change.whereClause === undefined) {
    return `a backfill without WHERE. Say which rows are still to do, e.g. WHERE new_column IS NULL, so that a repeated batch does nothing twice.`;
  }
  if ('CurrentOfExpr' in change.whereClause) return 'a backfill with WHERE CURRENT OF, which needs a cursor. Name the rows by a condition.';
  const targets = 'UpdateStmt' in node ? (node.UpdateStmt.targetList ?? []) : [];
  const setsKey = targets.some((target) => 'ResTarget' in target && columnsOf(backfill).includes(quoted(target.ResTarget.name ?? '')));
  if (setsKey) return `the backfill changes its own key ${backfill.key}; rows would move between batches. Choose a key that stays.`;
  return null;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Directives that stand between the first and the last word of a statement, where they would be overlooked. */
function commentsWithin(parser: Parser, statement: ParsedStatement): readonly Comment[] {
  if (!/offpeak/i.test(statement.sql)) return [];
  const bytes = Buffer.from(statement.sql, 'utf8');
  return parser
    .scan(withoutControls(statement.sql))
    .filter((token) => token.tokenName === 'SQL_COMMENT' || token.tokenName === 'C_COMMENT')
    .map((token) => ({
      text: bytes.toString('utf8', token.start, token.end).trimEnd(),
      offset: statement.from + bytes.toString('utf8', 0, token.start).length,
    }))
    .filter((comment) => directiveOf(comment) !== null);
}

/** The scanner answers JSON that control characters break; as blanks they keep every offset. */
function withoutControls(sql: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return sql.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
}
