import { createHash } from 'node:crypto';
import { unitsOf, type Migration, type PlainStatement, type RelationLock, type Statement, type Unit } from '../../src/domain/plan.ts';
import type { ApplyRequest, Target, UnitOutcome } from '../../src/ports.ts';

type Sketch = { readonly sql: string; readonly locks?: readonly RelationLock[]; readonly key?: readonly [table: string, key: string] };

/** A migration from bare SQL, one statement per entry; CONCURRENTLY and VACUUM stand alone as the planner would have it. */
export function aMigration(version: string, up: readonly (string | Sketch)[], down: readonly string[] = []): Migration {
  const sketches = up.map((entry): Sketch => (typeof entry === 'string' ? { sql: entry } : entry));
  const text = sketches.map(({ sql }) => `${sql};\n`).join('');
  let line = 1;
  const statements = sketches.map(({ sql, locks = [], key }, index): Statement => {
    const at = line;
    line += sql.split('\n').length;
    const backfill = key === undefined ? {} : { backfill: { table: key[0], key: key[1] } };
    const rest = { summary: sql.slice(0, 30), rewrites: [], scans: [], blocks: 'reads+writes' as const, known: true, hazards: [] };
    return { index, sql, line: at, locks, inTransaction: isTransactional(sql), ...rest, ...backfill };
  });
  const script = (name: string, body: string) => ({
    path: `migrations/${version}_x.${name}.sql`,
    text: body,
    sha256: createHash('sha256').update(body).digest('hex'),
  });
  const downText = down.map((sql) => `${sql};\n`).join('');
  const downStatements = down.map((sql, index): PlainStatement => ({ sql, line: index + 1, inTransaction: isTransactional(sql) }));
  return {
    version,
    name: 'x',
    up: script('up', text),
    down: down.length === 0 ? null : script('down', downText),
    validate: null,
    statements,
    downStatements,
    validations: [],
  };
}

/** ACCESS EXCLUSIVE on a table, as most ALTERs take it. */
export function exclusive(relation: string): readonly RelationLock[] {
  return [{ relation, mode: 'ACCESS EXCLUSIVE' }];
}

/** Unit `position` of the migration. */
export function unitOf(migration: Migration, position = 0): Unit {
  const unit = unitsOf({ migrations: [migration] })[position];
  if (unit === undefined) throw new Error(`No unit ${position}`);
  return unit;
}

/** Applies one unit with an open gate; `changes` replaces what a test is about. */
export async function apply(
  target: Target,
  migration: Migration,
  changes: Partial<ApplyRequest> & { position?: number } = {},
): Promise<UnitOutcome> {
  const { position = 0, ...rest } = changes;
  const units = unitsOf({ migrations: [migration] });
  return await target.apply({
    runId: 'run-1',
    epoch: 1,
    migration,
    unit: unitOf(migration, position),
    last: position === units.length - 1,
    gate: () => Promise.resolve(null),
    signal: new AbortController().signal,
    onBackend: () => Promise.resolve(true),
    onProgress: () => {},
    ...rest,
  });
}

function isTransactional(sql: string): boolean {
  return !/\bconcurrently\b|^vacuum/i.test(sql);
}
