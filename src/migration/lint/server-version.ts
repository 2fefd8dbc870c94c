import type { Hazard } from '../../domain/plan.ts';
import { functionsCalled, walk } from '../walk.ts';
import { danger } from './effect.ts';

type Tree = Readonly<Record<string, unknown>>;
type Feature = { readonly words: string; readonly since: number };

/** The server does not even read the statement, so it locks nothing. */
export const SYNTAX_ERROR = '42601';

/** Functions PostgreSQL has only since a version. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  uuidv4: 18,
  uuidv7: 18,
  any_value: 16,
  random_normal: 16,
  array_shuffle: 16,
  array_sample: 16,
  casefold: 18,
  array_reverse: 18,
  array_sort: 18,
};

/**
 * The parser reads PostgreSQL 18; an older server refuses what it does not know yet (N26). Answers one hazard for each
 * feature of the statement that this server lacks.
 */
export function tooNew(tree: unknown, serverMajor: number): readonly Hazard[] {
  const found = new Map<string, number>();
  walk(tree, (key, value) => {
    for (const { words, since } of featuresOf(key, value)) if (since > serverMajor) found.set(words, since);
  });
  for (const { name } of functionsCalled(tree)) {
    const since = FUNCTIONS[name];
    if (since !== undefined && since > serverMajor) found.set(`${name}()`, since);
  }
  return [...found].map(([words, since]) => ({
    ...danger('too_new', `Fails: ${words} needs PostgreSQL ${since}, the server has ${serverMajor}.`),
    // A function that is not there is looked up; anything else is not even read.
    sqlstate: words.endsWith('()') ? '42883' : SYNTAX_ERROR,
  }));
}

function featuresOf(key: string, value: Tree): readonly Feature[] {
  if (key === 'Constraint') return constraintFeatures(value);
  if (key === 'MergeStmt')
    return [{ words: 'MERGE', since: 15 }, ...(value['returningClause'] === undefined ? [] : [{ words: 'MERGE … RETURNING', since: 17 }])];
  if (key === 'IndexStmt' && value['nulls_not_distinct'] === true) return [NULLS_NOT_DISTINCT];
  if (key === 'RangeSubselect' && value['alias'] === undefined) return [{ words: 'a sub-select without alias', since: 16 }];
  if (key === 'JsonTable') return [{ words: 'JSON_TABLE', since: 17 }];
  if (key === 'PublicationTable' || key === 'pubtable')
    return value['columns'] !== undefined || value['whereClause'] !== undefined
      ? [{ words: 'a column list or WHERE of a publication', since: 15 }]
      : [];
  if (key === 'PublicationObjSpec' && /SCHEMA/.test(String(value['pubobjtype']))) return [{ words: 'TABLES IN SCHEMA', since: 15 }];
  if (key === 'MergeWhenClause' && value['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE')
    return [{ words: 'WHEN NOT MATCHED BY SOURCE', since: 17 }];
  if (key === 'ATAlterConstraint' && value['alterEnforceability'] === true) return [{ words: 'ALTER CONSTRAINT … ENFORCED', since: 18 }];
  if (key === 'ColumnDef' && value['storage_name'] !== undefined) return [{ words: 'STORAGE of a column', since: 16 }];
  if (key === 'CreateStatsStmt' && value['defnames'] === undefined) return [{ words: 'CREATE STATISTICS without a name', since: 16 }];
  if (key === 'AlterTableCmd') return COMMANDS[String(value['subtype'])] ?? [];
  return [];
}

const NULLS_NOT_DISTINCT = { words: 'NULLS NOT DISTINCT', since: 15 };

const COMMANDS: Readonly<Record<string, readonly Feature[]>> = {
  AT_SetExpression: [{ words: 'SET EXPRESSION', since: 17 }],
  AT_SetAccessMethod: [{ words: 'SET ACCESS METHOD', since: 15 }],
};

function constraintFeatures(constraint: Tree): readonly Feature[] {
  const features: Feature[] = [];
  const type = constraint['contype'];
  if (type === 'CONSTR_GENERATED' && constraint['generated_kind'] === 'v') features.push({ words: 'GENERATED … VIRTUAL', since: 18 });
  if ((type === 'CONSTR_CHECK' || type === 'CONSTR_FOREIGN') && constraint['is_enforced'] !== true)
    features.push({ words: 'NOT ENFORCED', since: 18 });
  if (type === 'CONSTR_NOTNULL' && constraint['keys'] !== undefined) features.push({ words: 'NOT NULL as a table constraint', since: 18 });
  if (constraint['without_overlaps'] === true) features.push({ words: 'WITHOUT OVERLAPS', since: 18 });
  if (constraint['nulls_not_distinct'] === true) features.push(NULLS_NOT_DISTINCT);
  return features;
}
