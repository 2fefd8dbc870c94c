import { LOCK_MODES } from '../../src/domain/plan.ts';
import type { LockMode, Statement } from '../../src/domain/plan.ts';
import type { Catalog } from '../../src/migration/lint/lint.ts';
import type { Measured } from './measure.ts';

/** One shape of golden/lock-shapes.json with what was measured on each major. */
export type Fact = {
  readonly majors: readonly number[];
  readonly locks?: Readonly<Record<string, string>>;
  readonly rewrites?: readonly string[];
  readonly scans?: Readonly<Record<string, number>>;
  readonly error?: string;
  readonly wait?: string;
  readonly inTransaction?: string;
  /** What stands before the statement failed on this major, so the statement was never tried. */
  readonly fatal?: string;
};
export type Shape = {
  readonly id: string;
  readonly sql: string;
  readonly facts: readonly Fact[];
  /** Run and committed before. */
  readonly pre?: string;
  readonly set?: string;
  /** It is refused inside a transaction, and was measured while another session held `rel`. */
  readonly nontx?: number;
  readonly rel?: string;
  readonly blk?: string;
};

const SHORT: Readonly<Record<string, LockMode>> = {
  AS: 'ACCESS SHARE',
  RS: 'ROW SHARE',
  RX: 'ROW EXCLUSIVE',
  SUE: 'SHARE UPDATE EXCLUSIVE',
  S: 'SHARE',
  SRX: 'SHARE ROW EXCLUSIVE',
  X: 'EXCLUSIVE',
  AX: 'ACCESS EXCLUSIVE',
};

/** A fact as a measurement: the strongest mode of each relation that was there before. */
export function measuredOf(fact: Fact): Measured {
  const locks = Object.entries(fact.locks ?? {})
    // `+` is new; the copies of REINDEX CONCURRENTLY are new as well, though committed before they were looked at.
    .filter(([name]) => !name.startsWith('+') && !name.endsWith('_ccnew'))
    .map(
      ([name, modes]) =>
        [name.replace('(wait)', ''), strongest(modes.split('+').map((short) => SHORT[short] ?? 'ACCESS EXCLUSIVE'))] as const,
    );
  return {
    locks: Object.fromEntries(locks),
    rewrites: fact.rewrites ?? [],
    scans: Object.keys(fact.scans ?? {}),
    ...(fact.error === undefined ? {} : { error: fact.error }),
    ...(fact.wait === undefined ? {} : { waited: true }),
  };
}

/** The verdict over the statements of one shape, as a measurement. */
export function saidOf(statements: readonly Statement[]): Measured {
  const locks: Record<string, LockMode> = {};
  for (const { relation, mode } of statements.flatMap((statement) => statement.locks))
    locks[relation] = strongest([mode, locks[relation] ?? mode]);
  const error = statements.flatMap(({ hazards }) => hazards).find(({ sqlstate }) => sqlstate !== undefined)?.sqlstate;
  return {
    locks,
    rewrites: [...new Set(statements.flatMap(({ rewrites }) => rewrites))],
    scans: [...new Set(statements.flatMap(({ scans }) => scans))],
    ...(error === undefined ? {} : { error }),
  };
}

function strongest(modes: readonly LockMode[]): LockMode {
  return modes.reduce((a, b) => (LOCK_MODES.indexOf(a) < LOCK_MODES.indexOf(b) ? b : a));
}

/**
 * Null when the verdict is what happened, relation for relation. An index counts where it
 * is locked more strongly, or rewritten, while its table is not: whoever has a table has its indexes.
 */
export function differenceOf(said: Measured, did: Measured, on: { readonly catalog: Catalog }): string | null {
  if (did.error !== undefined || said.error !== undefined)
    return said.error === did.error ? null : `error ${said.error}, measured ${did.error}`;
  const wrong = [
    compared('locks', counted(said.locks, on), counted(did.locks, on)),
    // What was measured while it waited had neither written nor read yet.
    ...(did.waited === true
      ? []
      : [
          compared('rewrites', countedNames(said.rewrites, on), countedNames(did.rewrites, on)),
          compared('scans', [...said.scans].sort(), [...did.scans].sort()),
        ]),
  ].filter((each) => each !== null);
  return wrong.length === 0 ? null : wrong.join('; ');
}

function compared(what: string, got: unknown, want: unknown): string | null {
  return JSON.stringify(got) === JSON.stringify(want) ? null : `${what} ${JSON.stringify(got)}, measured ${JSON.stringify(want)}`;
}

type On = { readonly catalog: Catalog };

function counted(locks: Measured['locks'], on: On) {
  return Object.entries(locks)
    .filter(([name, mode]) => {
      const table = tableOf(name, on);
      const held = table === null ? undefined : locks[table];
      return table === null || held === undefined || LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(held);
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function countedNames(names: readonly string[], on: On): readonly string[] {
  return names
    .filter((name) => {
      const table = tableOf(name, on);
      return table === null || !names.includes(table);
    })
    .sort();
}

/** The table of an index; null for anything else. */
function tableOf(name: string, { catalog }: On): string | null {
  const index = catalog.relation(name)?.index;
  const table = index == null ? null : catalog.byId(index.table);
  return table === null ? null : catalog.show(table);
}
