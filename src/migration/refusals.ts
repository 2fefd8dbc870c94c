import type { FileProblem } from '../ports.ts';
import { problemAt } from './problem.ts';
import type { Part } from './parse.ts';
import { COPY_FROM_STDIN } from './split.ts';
import type { ParsedStatement } from './split.ts';
import { constantText, functionsCalled, stringsIn } from './walk.ts';

/** Settings the worker sets on its session and relies on: a file that changes them takes away the guard of everybody else. */
const GUARDS = new Set([
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'client_connection_check_interval',
  'application_name',
]);
const IDENTITY = new Set(['role', 'session_authorization']);
const IN_BODY = /\b(?:set\s+(?:local\s+|session\s+)?|set_config\s*\(\s*')(lock_timeout|statement_timeout|role|session\s+authorization)\b/i;

/** What `admit` reads of a file. `foreign` when it was written for another tool than ours. */
type AdmittedFile = { readonly path: string; readonly text: string; readonly part: Part; readonly foreign?: boolean };

/** A statement that may run. `index` is its place among all statements of the file. */
type Admissible = {
  readonly statement: ParsedStatement;
  readonly index: number;
  /** Between a BEGIN and its COMMIT, which are dropped: the engine keeps the transactions. */
  readonly inBlock: boolean;
  /** A BEGIN or COMMIT stood directly before it. */
  readonly commitsBefore: boolean;
};

/** A statement about our own guards, which is not executed. */
export type SetAside = { readonly line: number; readonly setting: string };

type Admitted = {
  readonly statements: readonly Admissible[];
  readonly setAside: readonly SetAside[];
  readonly problems: readonly FileProblem[];
};

/**
 * What no file may contain: statements that end or begin transactions otherwise than by plain BEGIN … COMMIT in pairs (N6), take
 * away the engine's timeouts or change who it is (N4), or want data from a client. The pairs are dropped and become the edges
 * of units. In a file of another tool a SET of a timeout is set aside instead of refused: the engine's own holds anyway.
 */
export function admit(file: AdmittedFile, all: readonly ParsedStatement[]): Admitted {
  const statements: Admissible[] = [];
  const setAside: SetAside[] = [];
  const problems: FileProblem[] = [];
  const say = (at: ParsedStatement, message: string) => void problems.push(problemAt(file, at.from, message));
  let begun: ParsedStatement | null = null;
  let edge = false;
  for (const [index, statement] of all.entries()) {
    const kind = transactionKind(statement);
    const ends = kind === 'TRANS_STMT_COMMIT' || (kind === 'TRANS_STMT_ROLLBACK' && file.part === 'verify');
    if (begun === null && (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START')) begun = statement;
    else if (begun !== null && ends) begun = null;
    else {
      const setting = file.foreign === true ? guardSet(statement) : null;
      const refusal = setting === null ? (refusalOf(statement) ?? refusalOfReading(statement, file.part)) : null;
      if (setting !== null) setAside.push({ line: statement.line, setting });
      else if (refusal === null)
        statements.push({ statement, index, inBlock: begun !== null, commitsBefore: edge && statements.length > 0 });
      else say(statement, refusal);
      if (setting === null) edge = false;
      continue;
    }
    edge = true;
  }
  if (begun !== null)
    problems.push({ ...problemAt(file, begun.from, NEVER_ENDED), ...(begun === all[0] ? { appliesNothing: true as const } : {}) });
  return { statements, setAside, problems };
}

/** The guard that a plain SET or RESET of a session setting is about; null for anything else. */
function guardSet({ node }: ParsedStatement): string | null {
  const name = 'VariableSetStmt' in node ? (node.VariableSetStmt.name ?? '') : '';
  return GUARDS.has(name) ? name : null;
}

/** Null too for BEGIN and COMMIT with options: dropping those would change what was asked for. */
function transactionKind(statement: ParsedStatement | undefined) {
  const node = statement?.node;
  if (node === undefined || !('TransactionStmt' in node)) return null;
  const { kind, options, chain } = node.TransactionStmt;
  return options === undefined && chain !== true ? kind : null;
}

/** Why a plan refuses a statement, whatever file it is in; null when it does not. */
export function refusalOf({ node }: ParsedStatement): string | null {
  if ('TransactionStmt' in node) return TRANSACTIONS;
  if ('VariableSetStmt' in node) {
    const { kind, name = '' } = node.VariableSetStmt;
    if (kind === 'VAR_RESET_ALL') return disarms('RESET ALL');
    if (GUARDS.has(name)) return disarms(name);
    return IDENTITY.has(name) ? CHANGES_ROLE : null;
  }
  if ('DeallocateStmt' in node) return /^(?:$|offpeak_)/.test(node.DeallocateStmt.name ?? '') ? disarms('DEALLOCATE ALL') : null;
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL' ? disarms('DISCARD ALL') : null;
  if ('CopyStmt' in node && node.CopyStmt.filename === undefined) {
    return node.CopyStmt.is_from === true ? COPY_FROM_STDIN : 'COPY … TO stdout has nobody to read it. Remove it.';
  }
  if ('DoStmt' in node) {
    const inside = stringsIn(node).find((text) => IN_BODY.test(text));
    return inside === undefined ? null : disarms(IN_BODY.exec(inside)?.[1] ?? 'a guard');
  }
  for (const call of functionsCalled(node)) {
    const setting = call.name === 'set_config' ? (constantText(call.args[0])?.toLowerCase() ?? '') : '';
    if (GUARDS.has(setting)) return disarms(setting);
    if (IDENTITY.has(setting)) return CHANGES_ROLE;
  }
  return null;
}

const TRANSACTIONS =
  'transactions belong to the engine: it commits with each unit what it recorded about it. Remove BEGIN, COMMIT, ROLLBACK and SAVEPOINT; plain BEGIN … COMMIT in pairs is accepted.';
const NEVER_ENDED =
  'transactions belong to the engine, and this one is never ended: psql would apply nothing of it and say nothing. Add its COMMIT, or remove BEGIN.';
const CHANGES_ROLE =
  'changes the role, and with it the limits the worker runs under. Remove it; ALTER … OWNER TO gives an object to another role.';

function disarms(what: string): string {
  return `${what} would disarm the worker, which sets its own timeouts so that the application never waits long. Remove it.`;
}

function refusalOfReading({ node }: ParsedStatement, part: Part): string | null {
  if (part !== 'validate' && part !== 'verify') return null;
  const reads = 'SelectStmt' in node && node.SelectStmt.intoClause === undefined;
  // A verify speaks by raising, and only a DO can say what.
  if (reads || (part === 'verify' && 'DoStmt' in node)) return null;
  return 'a validation only reads: a SELECT that answers one row for each failure. Move anything else into the up script.';
}
