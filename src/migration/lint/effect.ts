import type { AlterTableType, Node } from 'libpg-query';
import { LOCK_MODES } from '../../domain/plan.ts';
import type { Blocks, Hazard, LockMode, RelationLock } from '../../domain/plan.ts';
import type { Parser } from '../parser.ts';
import type { Catalog } from './catalog.ts';

/** What a verdict depends on besides the statement. `createdBefore`: relations this migration made itself; nobody waits for those. */
export type LintContext = {
  readonly serverMajor: number;
  readonly createdBefore: ReadonlySet<string>;
  readonly catalog?: Catalog;
  /** For code inside a statement; the parser in use when absent. */
  readonly parser?: Parser;
};

/** What one statement, or one command of ALTER TABLE, does to relations that were there before. */
export type Effect = {
  /** The command in SQL's words, e.g. `ADD COLUMN score`. */
  readonly what: string;
  readonly locks: readonly RelationLock[];
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  readonly hazards: readonly Hazard[];
  /** Said outright where the locks do not tell: relations only the catalog can name, or indexes. */
  readonly blocks: Blocks | null;
  /** False: what it does cannot be seen in the statement; the rehearsal's trace has the word. */
  readonly known: boolean;
};

type Kinds<Union> = Union extends unknown ? keyof Union : never;
export type NodeKind = Kinds<Node>;
export type NodeOf<Kind extends NodeKind> = Extract<Node, Record<Kind, unknown>>[Kind];

/** A statement's text beside its tree: recipes are cut from it. */
export type Judged = {
  readonly context: LintContext;
  readonly sql: string;
  /** Judges a statement that is inside this one, e.g. in a DO block. */
  readonly judge: (node: Node, sql: string) => Effect;
};

/** One judge per kind of statement. */
export type Judges = { readonly [Kind in NodeKind]?: (statement: NodeOf<Kind>, judged: Judged) => Effect };

/** One judge per command of ALTER TABLE. `alone`: it is the only command, so a recipe can be the statement with something added. */
export type CommandJudge = (command: NodeOf<'AlterTableCmd'>, on: { readonly table: string; readonly alone: boolean } & Judged) => Effect;
export type CommandJudges = { readonly [Kind in AlterTableType]?: CommandJudge };

export function effect(parts: Partial<Effect> & { readonly what: string }): Effect {
  return { locks: [], rewrites: [], scans: [], hazards: [], blocks: null, known: true, ...parts };
}

export function lock(mode: LockMode, ...relations: readonly string[]): readonly RelationLock[] {
  return relations.map((relation) => ({ relation, mode }));
}

export const note = (code: string, message: string, recipe?: string): Hazard => hazard('note', code, message, recipe);
export const warning = (code: string, message: string, recipe?: string): Hazard => hazard('warning', code, message, recipe);
export const danger = (code: string, message: string, recipe?: string): Hazard => hazard('danger', code, message, recipe);

function hazard(severity: Hazard['severity'], code: string, message: string, recipe: string | undefined): Hazard {
  return { code, severity, message, ...(recipe === undefined ? {} : { recipe }) };
}

/** A warning that sizes or traffic raise, and may take away again. */
export const measuredWarning = (code: string, message: string): Hazard => ({ ...warning(code, message), measured: true });

/** The verdict depends on the live schema; it was judged as the stronger case. */
export const dependsOn = (what: string): Hazard =>
  note('depends_on_catalog', `Judged as the stronger case: depends on ${what}. The rehearsal measures it.`);

/** PostgreSQL will refuse this statement. */
export const fails = (sqlstate: string, why: string, recipe?: string): Hazard => ({
  ...danger('will_fail', `Fails with ${sqlstate}: ${why}`, recipe),
  sqlstate,
});

function isStronger(a: LockMode, b: LockMode): boolean {
  return LOCK_MODES.indexOf(a) > LOCK_MODES.indexOf(b);
}

/** One lock per relation, the strongest, in order of appearance. */
export function strongest(locks: readonly RelationLock[]): readonly RelationLock[] {
  const byRelation = new Map<string, LockMode>();
  for (const { relation, mode } of locks) {
    const held = byRelation.get(relation);
    if (held === undefined || isStronger(mode, held)) byRelation.set(relation, mode);
  }
  return [...byRelation].map(([relation, mode]) => ({ relation, mode }));
}

const BLOCKING: readonly Blocks[] = ['nothing', 'ddl', 'writes', 'reads+writes', 'unknown'];

/** The worse of two, `unknown` worst. */
export function worse(a: Blocks, b: Blocks): Blocks {
  return BLOCKING.indexOf(a) > BLOCKING.indexOf(b) ? a : b;
}

/** Whom locks make wait (https://www.postgresql.org/docs/current/explicit-locking.html). */
export function blocksOf(locks: readonly RelationLock[]): Blocks {
  return locks.map(blocksOfOne).reduce(worse, 'nothing');
}

function blocksOfOne({ mode }: RelationLock): Blocks {
  if (mode === 'ACCESS EXCLUSIVE') return 'reads+writes';
  if (isStronger(mode, 'SHARE UPDATE EXCLUSIVE')) return 'writes';
  return mode === 'SHARE UPDATE EXCLUSIVE' ? 'ddl' : 'nothing';
}
