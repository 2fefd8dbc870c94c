import type { FileProblem } from '../ports.ts';
import { problemAt } from './problem.ts';
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

/** A file without the statements that only wrapped it into a transaction, and why it is refused. */
type Admitted = {
  readonly statements: readonly ParsedStatement[];
  readonly wrapped: boolean;
  readonly problems: readonly FileProblem[];
};

/**
 * What no file may contain: statements that end or begin the engine's transactions (N6), take away its timeouts or change
 * who it is (N4), or want data from a client. One plain BEGIN … COMMIT around the whole file says what the engine does
 * anyway and is dropped.
 */
export function admit(file: { path: string; text: string; part: 'up' | 'down' | 'validate' }, all: readonly ParsedStatement[]): Admitted {
  const wrapped = isWrapped(all);
  const statements = wrapped ? all.slice(1, -1) : all;
  const problems = statements.flatMap((statement) => {
    const refusal = refusalOf(statement) ?? (file.part === 'validate' ? refusalOfValidation(statement) : null);
    return refusal === null ? [] : [problemAt(file, statement.from, refusal)];
  });
  return { statements, wrapped, problems };
}

function isWrapped(all: readonly ParsedStatement[]): boolean {
  const first = transactionKind(all[0]);
  const begins = first === 'TRANS_STMT_BEGIN' || first === 'TRANS_STMT_START';
  return all.length >= 2 && begins && transactionKind(all.at(-1)) === 'TRANS_STMT_COMMIT';
}

/** Null too for BEGIN and COMMIT with options: dropping those would change what was asked for. */
function transactionKind(statement: ParsedStatement | undefined) {
  const node = statement?.node;
  if (node === undefined || !('TransactionStmt' in node)) return null;
  const { kind, options, chain } = node.TransactionStmt;
  return options === undefined && chain !== true ? kind : null;
}

function refusalOf({ node }: ParsedStatement): string | null {
  if ('TransactionStmt' in node) return TRANSACTIONS;
  if ('VariableSetStmt' in node) {
    const { kind, name = '' } = node.VariableSetStmt;
    if (kind === 'VAR_RESET_ALL') return disarms('RESET ALL');
    if (GUARDS.has(name)) return disarms(name);
    return IDENTITY.has(name) ? CHANGES_ROLE : null;
  }
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
  'transactions belong to the engine: it commits with each unit what it recorded about it. Remove BEGIN, COMMIT, ROLLBACK and SAVEPOINT; one plain BEGIN … COMMIT around the whole file is accepted.';
const CHANGES_ROLE =
  'changes the role, and with it the limits the worker runs under. Remove it; ALTER … OWNER TO gives an object to another role.';

function disarms(what: string): string {
  return `${what} would disarm the worker, which sets its own timeouts so that the application never waits long. Remove it.`;
}

function refusalOfValidation({ node }: ParsedStatement): string | null {
  const reads = 'SelectStmt' in node && node.SelectStmt.intoClause === undefined;
  return reads ? null : 'a validation only reads: a SELECT that answers one row for each failure. Move anything else into the up script.';
}
