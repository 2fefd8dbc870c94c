import { basename } from 'node:path';
import type { ClientBase } from 'pg';
import type { Backfill, Statement } from '../../domain/plan.ts';
import type { ApplyRequest } from '../../ports.ts';
import { confined } from '../sql-shape.ts';
import { StatementFailed } from '../unit-context.ts';
import { withinRange } from './key.ts';
import { backfillTable, type BackfillTable } from './table.ts';

/** What is filled, and the two texts that do it: for the first batch, which has no lower edge, and for those behind a key. */
export type FillPlan = {
  readonly statement: Statement;
  readonly backfill: Backfill;
  readonly table: BackfillTable;
  readonly first: string;
  readonly behind: string;
  readonly path: string;
};

/** Reads the declared backfill against the catalog. Throws StatementFailed when it cannot be cut into batches; nothing was executed. */
export async function fillPlan(client: ClientBase, { unit, migration }: Pick<ApplyRequest, 'unit' | 'migration'>): Promise<FillPlan> {
  const path = basename(migration.up.path);
  const statement = unit.statements[0];
  const backfill = statement?.backfill;
  if (statement === undefined || backfill === undefined)
    throw new StatementFailed('A backfill without a declared table and key. Nothing was executed.');
  const table = await backfillTable(client, backfill);
  if (typeof table === 'string') throw new StatementFailed(`${path} line ${statement.line}: ${table} Nothing was executed.`);
  const [first, behind] = await Promise.all([
    confined(statement.sql, (name) => withinRange(name, table.columns, false)),
    confined(statement.sql, (name) => withinRange(name, table.columns, true)),
  ]);
  if (first === null || behind === null)
    throw new StatementFailed(`${path} line ${statement.line}: only an UPDATE or DELETE can be cut into batches. Nothing was executed.`);
  return { statement, backfill, table, first, behind, path };
}
