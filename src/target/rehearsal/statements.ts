import type { Migration } from '../../domain/plan.ts';
import type { TracedStatement } from '../../domain/proof.ts';
import { verdictDifference, type VerdictDifference } from '../../domain/verdict-difference.ts';
import type { Trace } from '../backup/trace.ts';

/** Traces of an up as the rehearsal keeps them, with the statements they are of. */
export function tracedStatements(migration: Migration, traces: readonly Trace[]): readonly TracedStatement[] {
  return traces.map(({ ms, rows, locks, rewrites, scans, walBytes, changed }, position) => ({
    version: migration.version,
    index: migration.statements[position]?.index ?? position,
    ms: Math.ceil(ms),
    rows,
    locks,
    rewrites,
    ...(scans === null ? {} : { scans }),
    walBytes,
    changed,
  }));
}

/** Where the statements of an up did something else on the copy than their verdicts say. */
export function comparedWithVerdicts(migration: Migration, traces: readonly Trace[]): readonly VerdictDifference[] {
  return traces.flatMap(({ effect, named }, position) => {
    const statement = migration.statements[position];
    if (statement === undefined) return [];
    const here = (name: string) => named.get(name) ?? name;
    const locks = statement.locks.map(({ relation, mode }) => ({ relation: here(relation), mode }));
    return verdictDifference(migration.version, { ...statement, locks, rewrites: statement.rewrites.map(here) }, effect) ?? [];
  });
}
