import type { Hazard, Migration, PlainStatement, Statement } from '../domain/plan.ts';
import type { CatalogState } from '../domain/catalog.ts';
import type { FileProblem } from '../ports.ts';
import type { Change } from './formats/format.ts';
import { stateAfter } from './lint/after.ts';
import { besideOthers, isAloneHere } from './lint/alone.ts';
import { catalogOf } from './lint/catalog.ts';
import { ownAfter } from './lint/created.ts';
import type { Own } from './lint/created.ts';
import { lintStatement } from './lint/lint.ts';
import type { Verdict } from './lint/lint.ts';
import { orderHazards } from './lint/order.ts';
import type { AdmittedStatement, ParsedFile, Part } from './parse.ts';
import type { Parser } from './parser.ts';
import { problemAt } from './problem.ts';
import type { SetAside } from './refusals.ts';
import { ignoredElsewhere, unmetOf, withWaivers } from './waivers.ts';

/** A migration with what could be read of it. With problems it is not fit to run: the file they name has no statements in it. */
export type ReadMigration = {
  readonly migration: Migration;
  readonly problems: readonly FileProblem[];
  /** The live schema once its up script has run, for the verdicts on the next one. */
  readonly catalog?: CatalogState;
};

/** For which server it is judged, and how one script is read. */
export type Reading = {
  readonly serverMajor: number;
  readonly catalog?: CatalogState;
  readonly parse: (script: { path: string; text: string }, part: Part, change: Change) => ParsedFile;
};

const LARGE_BYTES = 256 * 1024;
const LARGE_STATEMENTS = 200;

/**
 * One change with its statements judged for this server version. `parse` reads one script; every problem of all three
 * scripts is answered together.
 */
export function migrationOf(change: Change, on: Reading): ReadMigration {
  const { up, down, validate, verifies } = change;
  const read = (script: Change['down'], part: Part): ParsedFile => (script === null ? NO_FILE : on.parse(script, part, change));
  const [ups, downs, validations] = [read(up, 'up'), read(down, 'down'), read(validate, verifies === true ? 'verify' : 'validate')];
  const problems = [ups, downs, validations].flatMap((file) => (file.ok ? [] : file.problems));
  const verdicts = judge(ups.ok ? ups.statements : [], on);
  const unmet = verdicts.unmet.map(({ offset, message }) => problemAt(up, offset, message));
  const statements = ups.ok ? withSetAside(withSize(verdicts.statements, up.text), ups.setAside) : [];
  const migration = {
    ...withoutStatements(change),
    statements,
    downStatements: downs.ok ? downs.statements.map(plain) : [],
    validations: validations.ok ? validations.statements.map(verifies === true ? raising : plain) : [],
  };
  return { migration, problems: [...problems, ...unmet], ...(verdicts.catalog === undefined ? {} : { catalog: verdicts.catalog }) };
}

/** A change as a migration nobody wants to run: of one that is applied the texts are enough. */
function withoutStatements({ version, name, up, down, validate }: Change): Migration {
  return { version, name, up, down, validate, statements: [], downStatements: [], validations: [] };
}

export const NO_FILE: ParsedFile = { ok: true, statements: [], setAside: [] };

/** Verdicts, the catalog as the statements leave it, and waivers of hazards that are not there. */
export type Judged = {
  readonly statements: readonly Statement[];
  readonly catalog: CatalogState | undefined;
  readonly unmet: readonly { readonly offset: number; readonly message: string }[];
};

/** Statements with their verdicts: each knows the relations that those before it made, and what their locks do to it. */
export function judge(parsed: readonly AdmittedStatement[], on: { serverMajor: number; catalog?: CatalogState; parser?: Parser }): Judged {
  let own: Own = { created: new Set(), gone: new Set() };
  let state = on.catalog;
  const ordered = parsed.map((statement) => {
    const known = {
      ...(state === undefined ? {} : { catalog: catalogOf(state) }),
      ...(on.parser === undefined ? {} : { parser: on.parser }),
    };
    const verdict = lintStatement(statement, { serverMajor: on.serverMajor, createdBefore: own.created, ...known });
    own = ownAfter(own, statement.node);
    state = state === undefined ? undefined : stateAfter(state, statement.node);
    const inTransaction = statement.inTransaction && !isAloneHere(known.catalog, statement.node);
    const judgedAs = statement.backfill === null ? verdict : asBackfill(verdict);
    const hazards = [...judgedAs.hazards, ...besideOthers(inTransaction, parsed.length - 1)];
    return { ...statement, inTransaction, verdict: { ...judgedAs, hazards } };
  });
  const fromOrder = orderHazards(ordered);
  const unmet = ordered.flatMap(({ verdict, waivers }, index) => unmetOf([...verdict.hazards, ...(fromOrder[index] ?? [])], waivers));
  const statements = ordered.map(({ sql, line, inTransaction, backfill, commitsBefore, verdict, waivers, ignored }, index) => ({
    index,
    sql,
    line,
    ...verdict,
    inTransaction,
    hazards: [...ignoredElsewhere(ignored), ...withWaivers([...verdict.hazards, ...(fromOrder[index] ?? [])], waivers)],
    ...(backfill === null ? {} : { backfill }),
    ...(commitsBefore ? { commitsBefore: true as const } : {}),
  }));
  return { statements, catalog: state, unmet };
}

/** What a batch does differently from the whole: its row locks last as long as the batch. */
function asBackfill(verdict: Verdict): Verdict {
  const hazards = verdict.hazards.filter(({ code }) => code !== 'row_locks' && code !== 'every_row');
  return { ...verdict, summary: `${verdict.summary} in batches`, hazards };
}

function plain({ sql, line, inTransaction }: AdmittedStatement): PlainStatement {
  return { sql, line, inTransaction };
}

/** The same for a server that tells a failure by an error: every row is computed and none is answered. */
function raising(statement: AdmittedStatement): PlainStatement {
  if (!('SelectStmt' in statement.node)) return plain(statement);
  return { ...plain(statement), sql: `SELECT verify FROM (${statement.sql}\n) AS verify OFFSET 9223372036854775807` };
}

/** Says on the first statement that the file's own timeouts are not set. */
function withSetAside(statements: readonly Statement[], setAside: readonly SetAside[]): readonly Statement[] {
  if (setAside.length === 0) return statements;
  const what = setAside.map(({ setting, line }) => `${setting} (line ${line})`).join(', ');
  return withHazard(statements, {
    code: 'guard_set_aside',
    severity: 'note',
    message: `The file sets ${what}. That is not executed: Offpeak's own limits hold.`,
  });
}

function withHazard([first, ...rest]: readonly Statement[], hazard: Hazard): readonly Statement[] {
  return first === undefined ? [] : [{ ...first, hazards: [hazard, ...first.hazards] }, ...rest];
}

/** A large file is read, and said to be large: nobody reviews it line by line (N24). */
export function withSize(statements: readonly Statement[], text: string): readonly Statement[] {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= LARGE_BYTES && statements.length <= LARGE_STATEMENTS) return statements;
  const hazard: Hazard = {
    code: 'large_file',
    severity: 'note',
    message: `The file has ${statements.length} statements in ${Math.ceil(bytes / 1024)} KiB; more than anybody reviews. Cut it into files that do one thing.`,
  };
  return withHazard(statements, hazard);
}
