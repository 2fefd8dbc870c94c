import { LOCK_MODES, type LockMode, type RelationLock, type Statement } from './plan.ts';

/** A relation as a trace names it; an index beside its table, because whoever has a table has its indexes. */
export type TracedRelation = { readonly relation: string; readonly table: string | null };
export type TracedLock = TracedRelation & { readonly mode: LockMode };

/** What one statement did on the copy to relations that were there before its migration. */
export type TracedEffect = {
  /** Locks it took. */
  readonly taken: readonly TracedLock[];
  /** Locks its transaction had afterwards: those of earlier statements too. */
  readonly held: readonly TracedLock[];
  /** Relations that got a new file. */
  readonly rewritten: readonly TracedRelation[];
};

/** One side of a disagreement: the strongest lock of each relation, and new files. */
export type Effects = { readonly locks: readonly RelationLock[]; readonly rewrites: readonly string[] };

/** A statement that did something else on the copy than its verdict says. */
export type VerdictDifference = {
  readonly version: string;
  readonly index: number;
  /** 1-based line of the up file. */
  readonly line: number;
  /** The statement in a few words. */
  readonly statement: string;
  /** It did more to others than was said: nobody may approve that. False: it did less, or it only took locks for which nobody who reads or writes waits. */
  readonly stops: boolean;
  readonly verdict: Effects;
  readonly copy: Effects;
};

type Judged = Pick<Statement, 'index' | 'line' | 'summary' | 'locks' | 'rewrites' | 'known'>;

/**
 * Compares a verdict with its trace; null when the statement did what was said. Relations of `statement` are under the names the
 * trace uses. A lock on an index counts where it is stronger than what was said of its table. A shape nobody knows has no
 * verdict to differ from: there the trace is the word, and the plan says so.
 */
export function verdictDifference(version: string, statement: Judged, traced: TracedEffect): VerdictDifference | null {
  if (!statement.known) return null;
  const said = new Map(statement.locks.map(({ relation, mode }) => [relation, rank(mode)]));
  const saidOf = ({ relation, table }: TracedRelation) => Math.max(said.get(relation) ?? -1, said.get(table ?? '') ?? -1);
  const counts = ({ mode, table }: TracedLock) => table === null || rank(mode) >= FELT;
  const more = traced.taken.filter((lock) => counts(lock) && rank(lock.mode) > saidOf(lock));
  const rewritten = traced.rewritten.filter(
    ({ relation, table }) => !statement.rewrites.some((name) => name === relation || name === table),
  );
  const held = new Map(traced.held.map(({ relation, mode }) => [relation, rank(mode)]));
  const less = statement.locks.filter(({ relation, mode }) => rank(mode) >= FELT && rank(mode) > (held.get(relation) ?? -1));
  const kept = statement.rewrites.filter((name) => !traced.rewritten.some(({ relation }) => relation === name));
  if (more.length + rewritten.length + less.length + kept.length === 0) return null;
  return {
    version,
    index: statement.index,
    line: statement.line,
    statement: statement.summary,
    stops: rewritten.length > 0 || more.some(({ mode }) => rank(mode) >= FELT),
    verdict: { locks: strongestFirst(statement.locks), rewrites: statement.rewrites },
    copy: {
      locks: strongestFirst(traced.taken.filter((lock) => lock.table === null || (more.includes(lock) && !asStrong(lock, traced.taken)))),
      rewrites: traced.rewritten
        .filter(({ table }) => !traced.rewritten.some(({ relation }) => relation === table))
        .map(({ relation }) => relation),
    },
  };
}

/** Both sides for a person, three lines a statement: what was planned, and what happened on the copy. */
export function differenceText({ version, line, statement, verdict, copy }: VerdictDifference): string {
  return `${version} line ${line}: ${statement}\n  the plan says ${effectWords(verdict)}\n  on the copy ${effectWords(copy)}`;
}

/** What to tell of differences that stop, and what to do. */
export function differencesText(differences: readonly VerdictDifference[]): string {
  return [
    'The rehearsal differs from the verdict: on the copy more is locked or rewritten than the plan says.',
    ...differences.map(differenceText),
    'The target was not touched. Cancel, split that statement or write it another way, and plan again.',
  ].join('\n');
}

/** From here on somebody waits: first vacuum and other schema changes, then writers, then readers. */
const FELT = LOCK_MODES.indexOf('SHARE UPDATE EXCLUSIVE');

function rank(mode: LockMode): number {
  return LOCK_MODES.indexOf(mode);
}

/** Whether its table is locked as strongly: then the index needs no word. */
function asStrong({ table, mode }: TracedLock, among: readonly TracedLock[]): boolean {
  return among.some((other) => other.relation === table && rank(other.mode) >= rank(mode));
}

function strongestFirst(locks: readonly RelationLock[]): readonly RelationLock[] {
  return locks.map(({ relation, mode }) => ({ relation, mode })).toSorted((a, b) => rank(b.mode) - rank(a.mode));
}

function effectWords({ locks, rewrites }: Effects): string {
  const strong = locks.filter(({ mode }) => rank(mode) >= FELT);
  const told = (strong.length > 0 ? strong : locks).map(({ relation, mode }) => `${mode} on ${relation}`);
  const parts = [...told, ...(rewrites.length > 0 ? [`rewrites ${rewrites.join(', ')}`] : [])];
  return parts.length === 0 ? 'no lock on anything that was there' : parts.join(', ');
}
