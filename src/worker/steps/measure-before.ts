import { touchedRelations, type RowCount, type RowPair } from '../../domain/row-ratio.ts';
import type { Run } from '../../domain/run.ts';
import type { LoadRequest, LoadTool, TargetContext } from '../../ports.ts';
import { measured, paceOf, productionOf } from '../load.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** The twin as it is before the first write: the load, and its rows beside those of production (R13, R15). */
export const measureBefore: Step = async ({ task, run, signal }) => {
  const production = productionOf(task, run);
  const rows = await rowPairs(task, run, production);
  const chosen = await chosenLoad(production);
  const load = await measured(task, { ...chosen, ...paceOf(run, production), signal });
  if (signal.aborted) return false;
  return (await task.report({ type: 'record_before', before: { load, rows } })).ok;
};

/** The queries that the settings name; otherwise those on which production spends most. */
async function chosenLoad(production: TargetContext | undefined): Promise<Pick<LoadRequest, 'source' | 'queries' | 'leftOut'>> {
  const source = 'pg_stat_statements of production';
  if (production?.staging === undefined || production.load === undefined)
    return { source, queries: [], leftOut: [{ name: 'the load', why: 'the target that is tried out is not configured any more' }] };
  const { load, top } = production.staging;
  if (load.length > 0) return { source: 'the settings', queries: load, leftOut: [] };
  try {
    return { source, ...(await production.load.busiest(top)) };
  } catch (error) {
    return { source, queries: [], leftOut: [{ name: 'pg_stat_statements', why: error instanceof Error ? error.message : String(error) }] };
  }
}

async function rowPairs({ context }: Task, { plan }: Run, production: TargetContext | undefined): Promise<readonly RowPair[]> {
  const relations = touchedRelations(plan);
  const [there, here] = await Promise.all([counts(production?.load, relations), counts(context.load, relations)]);
  return relations.map((relation, index) => ({
    relation,
    production: there[index] ?? uncounted(relation),
    staging: here[index] ?? uncounted(relation),
  }));
}

/** What cannot be asked is not known, and nobody takes it for an empty table. */
async function counts(tool: LoadTool | undefined, relations: readonly string[]): Promise<readonly RowCount[]> {
  if (tool === undefined) return relations.map(uncounted);
  return await tool.rows(relations).catch(() => relations.map(uncounted));
}

function uncounted(relation: string): RowCount {
  return { relation, there: true, rows: null };
}
