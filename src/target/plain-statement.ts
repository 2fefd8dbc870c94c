import type { Node } from 'libpg-query';
import type { Statement, Unit } from '../domain/plan.ts';
import { firstNode, nameFrom } from './sql-shape.ts';

/** Changes of the schema, which leave the session that makes them as it was. */
const SCHEMA_CHANGES: ReadonlySet<string> = new Set([
  'AlterEnumStmt',
  'AlterTableStmt',
  'CommentStmt',
  'CreateEnumStmt',
  'CreateStmt',
  'DropStmt',
  'IndexStmt',
  'RenameStmt',
]);
const HARMLESS_FUNCTIONS: ReadonlySet<string> = new Set(['now', 'clock_timestamp', 'gen_random_uuid']);
/** What they lock may be gone, or have another name, for the transaction itself; only another session sees it as it was. */
const HIDES: ReadonlySet<string> = new Set(['DropStmt', 'RenameStmt']);
const HIDING_CHANGES: ReadonlySet<string> = new Set(['AT_DropColumn', 'AT_DropIdentity']);

/** What is known of a statement from its text alone. */
type Shape = {
  /** Surely leaves no trace in its session: a plain change of the schema that calls nothing which might set something. */
  readonly leavesSession: boolean;
  /** What it locked can still be read by its own transaction. */
  readonly showsLocks: boolean;
};

const UNKNOWN: Shape = { leavesSession: false, showsLocks: false };

/**
 * Whether the statement surely leaves no trace in its session. Only what is on the list; of everything else the session has to be cleaned.
 */
export async function leavesSession(sql: string): Promise<boolean> {
  return (await read(sql)).leavesSession;
}

/** Whether the next unit may have the session as this one leaves it. */
export async function leavesNothing({ kind, statements }: Unit): Promise<boolean> {
  if (kind !== 'transaction') return false;
  return (await Promise.all(statements.map(shapeOf))).every((shape) => shape.leavesSession);
}

/**
 * The statement of a unit that may travel to the server in one message with everything of ours, COMMIT included: its only one, a plain
 * change of the schema, which cannot end our transaction itself, and whose locks its own transaction can read. Null for any other unit.
 */
export async function onlyPlain({ kind, statements: [first, second] }: Unit): Promise<Statement | null> {
  if (kind !== 'transaction' || first === undefined || second !== undefined) return null;
  const shape = await shapeOf(first);
  return shape.leavesSession && shape.showsLocks ? first : null;
}

/** A statement of a plan never changes, and its unit asks several times. */
const SHAPES = new WeakMap<Statement, Promise<Shape>>();

function shapeOf(statement: Statement): Promise<Shape> {
  const known = SHAPES.get(statement) ?? read(statement.sql);
  SHAPES.set(statement, known);
  return known;
}

async function read(sql: string): Promise<Shape> {
  const node = await firstNode(sql);
  if (node === null) return UNKNOWN;
  const kinds = Object.keys(node);
  if (!kinds.every((kind) => SCHEMA_CHANGES.has(kind)) || !isQuiet(node)) return UNKNOWN;
  const changes = 'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []) : [];
  return { leavesSession: true, showsLocks: !kinds.some((kind) => HIDES.has(kind)) && !changes.some(hides) };
}

function hides(change: Node): boolean {
  return 'AlterTableCmd' in change && HIDING_CHANGES.has(change.AlterTableCmd.subtype ?? '');
}

/** No temporary table and no call of an unknown function, however deep. */
function isQuiet(node: unknown): boolean {
  if (Array.isArray(node)) return node.every(isQuiet);
  if (node === null || typeof node !== 'object') return true;
  if ('relpersistence' in node && node.relpersistence === 't') return false;
  if ('FuncCall' in node) {
    const { funcname } = node.FuncCall as { readonly funcname?: readonly Node[] };
    if (!HARMLESS_FUNCTIONS.has(nameFrom(funcname ?? []).name)) return false;
  }
  return Object.values(node).every(isQuiet);
}
