import type { MeasuredLoad } from '../domain/impact.ts';
import type { RowCount } from '../domain/row-ratio.ts';

/** How a target is tried out on its twin, as configured. */
export type StagingSettings = {
  /** The target that is the twin. */
  readonly twin: string;
  /** Whether a staging run may begin at any hour; otherwise the twin's own peak hours and freezes count. */
  readonly anyHour: boolean;
  /** The queries of the load; where there is none, the most expensive ones of pg_stat_statements are taken. */
  readonly load: readonly { readonly name: string; readonly sql: string }[];
  /** How many of those. */
  readonly top: number;
  /** Rounds of each of the two series of a measurement. */
  readonly rounds: number;
};

/** A query of a load. `repetitions` in each round; found out by a first try when absent. */
export type LoadRequest = {
  readonly source: string;
  readonly queries: readonly { readonly name: string; readonly sql: string; readonly repetitions?: number }[];
  readonly leftOut: MeasuredLoad['leftOut'];
  readonly rounds: number;
  /** The share by which the same load may differ from itself before it is measured again, three times at most. */
  readonly quiet: number;
  readonly signal: AbortSignal;
};

/** What is measured on a database beside its readings; reads only. Throws when the database cannot be reached. */
export interface LoadTool {
  /** The SELECTs on which the server spent most time and that can be executed as they stand, and what cannot be and why. */
  busiest(top: number): Promise<Pick<LoadRequest, 'queries' | 'leftOut'>>;
  /** Executes the load in read-only transactions, two series in turns after a warm-up. What a query meets is told, never thrown. */
  measure(request: LoadRequest): Promise<MeasuredLoad>;
  /** Rows of each relation, estimated where it is large and counted within seconds where it is not. */
  rows(relations: readonly string[]): Promise<readonly RowCount[]>;
}
