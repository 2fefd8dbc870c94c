import type { Hazard, Migration, PlainStatement, Statement } from '../domain/plan.ts';
import type { FileProblem } from '../ports.ts';
import type { Change } from './formats/format.ts';
import { ownAfter } from './lint/created.ts';
import type { Own } from './lint/created.ts';
import { lintStatement } from './lint/lint.ts';
import type { Catalog, Verdict } from './lint/lint.ts';
import { orderHazards } from './lint/order.ts';
import type { AdmittedStatement, ParsedFile, Part } from './parse.ts';

type ReadMigration =
  | { readonly ok: true; readonly migration: Migration }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

const LARGE_BYTES = 256 * 1024;
const LARGE_STATEMENTS = 200;

/**
 * One change with its statements judged for this server version. `parse` reads one script; every problem of all three
 * scripts is answered together.
 */
export function migrationOf(
  change: Change,
  on: { serverMajor: number; catalog?: Catalog; parse: (script: { path: string; text: string }, part: Part) => ParsedFile },
): ReadMigration {
  const { version, name, up, down, validate } = change;
  const read = (script: Change['down'], part: Part): ParsedFile =>
    script === null ? { ok: true, statements: [] } : on.parse(script, part);
  const [ups, downs, validations] = [read(up, 'up'), read(down, 'down'), read(validate, 'validate')];
  if (!ups.ok || !downs.ok || !validations.ok) {
    return { ok: false, problems: [ups, downs, validations].flatMap((file) => (file.ok ? [] : file.problems)) };
  }
  const statements = withSize(judged(ups.statements, on), up.text);
  const migration = {
    version,
    name,
    up,
    down,
    validate,
    statements,
    downStatements: downs.statements.map(plain),
    validations: validations.statements.map(plain),
  };
  return { ok: true, migration };
}

/** Statements with their verdicts: each knows the relations that those before it made, and what their locks do to it. */
export function judged(parsed: readonly AdmittedStatement[], on: { serverMajor: number; catalog?: Catalog }): readonly Statement[] {
  let own: Own = { created: new Set(), gone: new Set() };
  const ordered = parsed.map((statement) => {
    const verdict = lintStatement(statement, { ...on, createdBefore: own.created });
    own = ownAfter(own, statement.node);
    return Object.assign({ verdict: statement.backfill === null ? verdict : asBackfill(verdict) }, statement);
  });
  const fromOrder = orderHazards(ordered);
  return ordered.map(({ sql, line, inTransaction, backfill, verdict }, index) => ({
    index,
    sql,
    line,
    ...verdict,
    inTransaction,
    hazards: [...verdict.hazards, ...(fromOrder[index] ?? [])],
    ...(backfill === null ? {} : { backfill }),
  }));
}

/** What a batch does differently from the whole: its row locks last as long as the batch. */
function asBackfill(verdict: Verdict): Verdict {
  const hazards = verdict.hazards.filter(({ code }) => code !== 'row_locks' && code !== 'every_row');
  return { ...verdict, summary: `${verdict.summary} in batches`, hazards };
}

function plain({ sql, line, inTransaction }: AdmittedStatement): PlainStatement {
  return { sql, line, inTransaction };
}

/** A large file is read, and said to be large: nobody reviews it line by line (N24). */
function withSize(statements: readonly Statement[], text: string): readonly Statement[] {
  const [first, ...rest] = statements;
  const bytes = new TextEncoder().encode(text).length;
  if (first === undefined || (bytes <= LARGE_BYTES && statements.length <= LARGE_STATEMENTS)) return statements;
  const hazard: Hazard = {
    code: 'large_file',
    severity: 'note',
    message: `The file has ${statements.length} statements in ${Math.ceil(bytes / 1024)} KiB; more than anybody reviews. Cut it into files that do one thing.`,
  };
  return [{ ...first, hazards: [hazard, ...first.hazards] }, ...rest];
}
