import { unitsOf, type PlainStatement } from '../../domain/plan.ts';
import { priceLines, priceWords, type RunPrice } from '../../domain/price.ts';
import { SAFETY_FACTOR } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import { touched, type Run } from '../../domain/run.ts';
import { count } from '../../slack/render/text.ts';

/** The undoing of one migration. `whole` is false when only some of its units were begun: then only what is there is undone. */
export type Undoing = {
  readonly version: string;
  readonly name: string;
  readonly whole: boolean;
  readonly statements: readonly PlainStatement[];
  /** Null when it was not rehearsed. */
  readonly predictedMs: number | null;
};

/** What a rollback of this run would undo, newest first: what it has begun and not undone, or the whole plan before the first write. */
export function undoings(run: Run): readonly Undoing[] {
  const units = unitsOf(run.plan);
  return run.plan.migrations.toReversed().flatMap((migration) => {
    const own = units.filter((unit) => unit.version === migration.version);
    const states = own.map((unit) => run.units.find((done) => done.position === unit.position)?.state);
    if (touched(run) && !states.some((state) => state === 'announced' || state === 'begun' || state === 'applied')) return [];
    const rehearsed = run.rehearsal?.migrations.find((entry) => entry.version === migration.version);
    return {
      version: migration.version,
      name: migration.name,
      whole: !touched(run) || states.every((state) => state === 'applied'),
      statements: migration.downStatements,
      predictedMs: rehearsed === undefined ? null : rehearsed.downMs * SAFETY_FACTOR,
    };
  });
}

/** Predicted milliseconds of all of it; null when one of them was not rehearsed. */
export function predictedUndoMs(list: readonly Undoing[]): number | null {
  return list.reduce<number | null>((sum, { predictedMs }) => (sum === null || predictedMs === null ? null : sum + predictedMs), 0);
}

/** Exactly the statements that would undo the run, in their order, with the predicted time (R44) and what they take away now; null when that is not known. */
export function undoView(run: Run, price: RunPrice | null): string {
  const list = undoings(run);
  if (list.length === 0) return `Run #${run.number} has nothing to undo: ${run.end?.detail ?? 'the database was not touched by it'}`;
  const ms = predictedUndoMs(list);
  const time = ms === null ? 'predicted time: unknown, not rehearsed' : `predicted ${inWords(ms)} (rehearsed, times ${SAFETY_FACTOR})`;
  const head = touched(run)
    ? `Rolling back run #${run.number} of ${run.target} undoes ${count(list.length, 'migration')}, newest first; ${time}:`
    : `Run #${run.number} of ${run.target} has changed nothing yet. Once applied, this undoes it, newest first; ${time}:`;
  return [head, ...priceView(price), ...list.flatMap((entry) => ['', ...undoingLines(entry)])].join('\n');
}

/** The price, and line by line what it is made of. */
export function priceView(price: RunPrice | null): readonly string[] {
  if (price === null) return ['Price: not known, the target could not be asked.'];
  return [`Price: ${priceWords(price)}.`, ...priceLines(price).map((line) => `  ${line}`)];
}

function undoingLines({ version, name, whole, statements, predictedMs }: Undoing): readonly string[] {
  const time = predictedMs === null ? '' : `  ${inWords(predictedMs)}`;
  const part = whole ? '' : '  applied in part: of these, only what has something to undo';
  return [
    `${version}_${name}${time}${part}`,
    ...statements.map(({ sql }) => `  ${sql.trim().replace(/;$/, '').replaceAll('\n', '\n  ')};`),
  ];
}
