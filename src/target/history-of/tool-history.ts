import type { ClientBase } from 'pg';
import type { OtherHistory } from '../../ports.ts';

/** Where one tool keeps its history, and how it is read. */
export type ToolHistory = {
  /** The table's name as the tool creates it, without a schema. */
  readonly table: string;
  /** Columns by which it is known: another tool may use the same name. */
  readonly columns: readonly string[];
  /** Columns it must not have, because then it is the other tool's. */
  readonly without?: readonly string[];
  /** Reads the whole table; `table` is qualified and quoted. */
  readonly read: (client: ClientBase, table: string) => Promise<Omit<OtherHistory, 'table'>>;
};

/** A column of a moment as text in UTC, for `to_char`. A timestamp without zone is taken as the session writes it, in UTC. */
export function utc(column: string): string {
  return `to_char(${column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
