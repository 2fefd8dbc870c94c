import { DatabaseError, type ClientBase } from 'pg';
import type { Migration, Statement, Unit } from '../domain/plan.ts';
import type { ApplyRequest, Following, Gate } from '../ports.ts';
import type { Blocker } from './blockers.ts';
import { codeOf } from './errors.ts';
import type { Actor } from './fence.ts';
import type { NewlyApplied } from './history.ts';
import type { MarkerKey } from './marker.ts';
import type { Observer } from './observer.ts';
import type { Session } from './session.ts';
import { sqlErrorMessage } from './sql-error.ts';
import type { Tuning } from './tuning.ts';

/** Everything that applying one unit needs. */
export type UnitContext = {
  readonly request: ApplyRequest;
  readonly actor: Actor;
  readonly work: Session;
  readonly observer: Observer;
  readonly tuning: Tuning;
  readonly ours: readonly number[];
  /** Who holds what a unit wants, as it was a moment ago. */
  readonly outlook: (client: ClientBase, unit: Unit) => Promise<readonly Blocker[]>;
  /** The units that were sent behind this one in its message, until it is known what became of them. */
  readonly sent: { behind: readonly Following[] };
  /** One more session of this unit, with the settings of its file, and somebody who watches it; whoever asked for it ends it. */
  readonly another: (number: number) => Promise<{ readonly work: Session; readonly observer: Observer }>;
};

/** The gate closed between two statements: what was not committed is rolled back. */
export class GateClosed extends Error {}

/** A statement of the file failed; the message is ready for the card. */
export class StatementFailed extends Error {}

/** Asks the gate. A gate that cannot answer is closed: unknown is never a pass. */
export async function passGate(request: ApplyRequest, predictedMs: number): Promise<void> {
  const answer = await gateAnswer(request.gate, predictedMs);
  if (answer !== null) throw new GateClosed(answer.reason);
}

/** What the gate says; a reason when it cannot answer. */
export async function gateAnswer(gate: Gate, predictedMs: number): Promise<{ readonly reason: string } | null> {
  try {
    return await gate(predictedMs);
  } catch (error) {
    return { reason: `the limits could not be read: ${error instanceof Error ? error.message : 'no reason given'}` };
  }
}

export function markerKey({ request }: UnitContext): MarkerKey {
  return { runId: request.runId, position: request.unit.position, version: request.unit.version, epoch: request.epoch };
}

export function historyRow(migration: Migration, runId: string): NewlyApplied {
  return { version: migration.version, name: migration.name, upSha256: migration.up.sha256, runId };
}

/** Whether this unit is the last of its migration, as the plan cuts it. */
export function isLastUnit(migration: Migration, unit: Unit): boolean {
  return unit.statements.at(-1)?.index === migration.statements.at(-1)?.index;
}

/** Statements that make others wait get the short limit, all others the long one. */
export function statementLimit(statements: readonly Pick<Statement, 'blocks'>[], tuning: Tuning): number {
  const quiet = statements.every(({ blocks }) => blocks === 'nothing' || blocks === 'ddl');
  return quiet ? tuning.longStatementMs : tuning.statementMs;
}

export type PlacedError = {
  readonly error: unknown;
  readonly path: string;
  readonly sql: string;
  readonly line: number;
  /** How long the statement ran, and how long it might have. */
  readonly ms: number;
  readonly limitMs: number;
};

/**
 * What an error of a file's statement means: the error itself when somebody above decides (locks, cancel, lost connection),
 * StatementFailed when PostgreSQL refused it. A 57014 that came at the statement's own limit is a failure, not a cancel.
 */
export function judgeStatementError({ error, path, sql, line, ms, limitMs }: PlacedError): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const code = codeOf(error) ?? '';
  if (code === '57014' && ms >= limitMs * 0.98) {
    const message = sqlErrorMessage(error, { path, sql, line });
    return new StatementFailed(
      `${message}\n  It ran into our limit of ${Math.round(limitMs / 1000)} s for such a statement and was undone.`,
    );
  }
  if (['57014', '55P03', '40P01', '57P01', '57P02', '57P03'].includes(code) || code.startsWith('08')) return error;
  return new StatementFailed(sqlErrorMessage(error, { path, sql, line }));
}

/** Whether somebody cancelled the statement from outside. */
export function isCancel(error: unknown): boolean {
  return codeOf(error) === '57014';
}
