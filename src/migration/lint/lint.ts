import type { Hazard, Statement } from '../../domain/plan.ts';
import type { Node } from 'libpg-query';
import { alterTable } from './alter-table.ts';
import { dml } from './dml.ts';
import { drop } from './drop.ts';
import { blocksOf, strongest, warning, worse } from './effect.ts';
import type { Effect, Judges, LintContext } from './effect.ts';
import { longNames } from './identifiers.ts';
import { indexes } from './indexes.ts';
import { maintenance } from './maintenance.ts';
import { hidden, opaque } from './opaque.ts';
import { quiet } from './quiet.ts';
import { rename } from './rename.ts';
import { rightsAndComments } from './rights-and-comments.ts';
import { tooNew } from './server-version.ts';
import { tables } from './tables.ts';
import { triggersPolicies } from './triggers-policies.ts';
import { types } from './types.ts';

export type { LintContext } from './effect.ts';
export type { Catalog } from './catalog.ts';

/** What one statement does to everybody else. */
export type Verdict = Pick<Statement, 'summary' | 'locks' | 'rewrites' | 'scans' | 'blocks' | 'known' | 'hazards'>;

const JUDGES: Judges = {
  ...alterTable,
  ...dml,
  ...drop,
  ...indexes,
  ...maintenance,
  ...opaque,
  ...quiet,
  ...rename,
  ...rightsAndComments,
  ...tables,
  ...triggersPolicies,
  ...types,
};

/** Hazards that hold on a table nobody else knows yet. The others are about waiting for it or about its rows. */
const ALWAYS = new Set(
  'calls_function cluster_wide drop_owned extension foreign_keys_off identifier_too_long irreversible json_type not_enforced rls_denies_all security_definer server_access too_new unknown_shape untrusted_language'.split(
    ' ',
  ),
);

const SUMMARY_LIMIT = 160;

/**
 * Judges one statement from its syntax tree alone (the catalogue of lock shapes, measured on PostgreSQL 14–18). In: the
 * tree and its text without semicolon. Out: the strongest lock on each relation that existed before, which tables are
 * rewritten or read whole, whom that blocks, and what a person should know. A shape it does not know is never harmless:
 * `known` false, `blocks` unknown. Where the live schema would decide, it says the stronger case and that it depends.
 */
export function lintStatement(statement: { readonly node: Node; readonly sql: string }, context: LintContext): Verdict {
  const { node, sql } = statement;
  const found = judge(node, sql, context);
  const existed = (relation: string) => relation !== '' && !context.createdBefore.has(relation);
  const touched = [...found.locks.map(({ relation }) => relation), ...found.rewrites, ...found.scans];
  const own = touched.length > 0 && !touched.some(existed);
  const locks = strongest(found.locks).filter(({ relation }) => existed(relation));
  const { known } = found;
  const hazards = [...tooNew(node, context.serverMajor), ...found.hazards, ...longNames(sql)].filter(
    (hazard) => !own || ALWAYS.has(hazard.code),
  );
  return {
    summary: shortened(found.what),
    locks,
    rewrites: found.rewrites.filter(existed),
    scans: found.scans.filter(existed),
    blocks: known ? blocks(found, own, locks) : 'unknown',
    known,
    hazards: once(known ? hazards : [...hazards, UNKNOWN]),
  };
}

const UNKNOWN = warning('unknown_shape', 'What it does to others is not known from the statement. The rehearsal’s trace decides.');

function judge(node: Node, sql: string, context: LintContext): Effect {
  const [kind, body] = Object.entries(node)[0] ?? ['an empty statement', {}];
  const judges = JUDGES as Readonly<Record<string, ((statement: unknown, judged: unknown) => Effect) | undefined>>;
  return judges[kind]?.(body, { context, sql }) ?? hidden(kind.replace(/Stmt$/, ''));
}

function blocks(found: Effect, own: boolean, locks: Verdict['locks']): Verdict['blocks'] {
  if (own) return 'nothing';
  if (found.blocks === 'ddl') return 'ddl';
  return found.blocks === null ? blocksOf(locks) : worse(found.blocks, blocksOf(locks));
}

function shortened(what: string): string {
  return what.length <= SUMMARY_LIMIT ? what : `${what.slice(0, SUMMARY_LIMIT - 1)}…`;
}

/** Two commands of one ALTER TABLE may raise the same hazard. */
function once(hazards: readonly Hazard[]): readonly Hazard[] {
  const seen = new Set<string>();
  return hazards.filter(({ code, message }) => {
    const key = code === 'unknown_shape' ? code : `${code} ${message}`;
    return seen.size !== seen.add(key).size;
  });
}
