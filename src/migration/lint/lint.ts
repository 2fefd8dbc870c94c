import type { Hazard, Statement } from '../../domain/plan.ts';
import type { Node } from 'libpg-query';
import { alterTable } from './alter-table.ts';
import { dml } from './dml.ts';
import { insert } from './insert.ts';
import { truncate } from './truncate.ts';
import { drop } from './drop.ts';
import { blocksOf, strongest, warning, worse } from './effect.ts';
import type { Effect, Judges, LintContext } from './effect.ts';
import { deceivingNames, longNames } from './identifiers.ts';
import { indexes } from './indexes.ts';
import { maintenance } from './maintenance.ts';
import { hidden, opaque } from './opaque.ts';
import { quiet } from './quiet.ts';
import { rename } from './rename.ts';
import { inCatalog } from './resolve.ts';
import { rightsAndComments } from './rights-and-comments.ts';
import { SYNTAX_ERROR, tooNew } from './server-version.ts';
import { tables } from './tables.ts';
import { triggersPolicies } from './triggers-policies.ts';
import { types } from './types.ts';
import { weighed } from './weigh.ts';

export type { LintContext } from './effect.ts';
export type { Catalog } from './catalog.ts';

/** What one statement does to everybody else. */
export type Verdict = Pick<Statement, 'summary' | 'locks' | 'rewrites' | 'scans' | 'blocks' | 'known' | 'hazards'>;

const JUDGES: Judges = {
  ...alterTable,
  ...insert,
  ...dml,
  ...truncate,
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
  'calls_function cluster_wide deceiving_name do_block drop_owned extension foreign_keys_off enum_order hides_drift identifier_too_long irreversible json_type char_type money_type timestamp_without_zone varchar_limit serial_type small_key not_enforced not_undone rls_denies_all security_definer server_access too_new unknown_shape untrusted_language will_fail'.split(
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
  const found = inCatalog(judge(node, sql, context), node, context);
  const own = ownNames(context);
  const existed = (relation: string) => relation !== '' && !own.has(relation);
  const touched = [...found.locks.map(({ relation }) => relation), ...found.rewrites, ...found.scans];
  const onlyOwn = touched.length > 0 && !touched.some(existed);
  const locks = strongest(found.locks).filter(({ relation }) => existed(relation));
  const { known } = found;
  const missing = tooNew(node, context.serverMajor);
  if (missing.some(({ sqlstate }) => sqlstate === SYNTAX_ERROR)) return unread(found.what, missing);
  const hazards = [...missing, ...found.hazards, ...longNames(sql), ...deceivingNames(sql)].filter(
    (hazard) => !onlyOwn || ALWAYS.has(hazard.code),
  );
  return {
    summary: shortened(found.what),
    locks,
    rewrites: found.rewrites.filter(existed),
    scans: found.scans.filter(existed),
    blocks: known ? blocks(found, onlyOwn, locks) : 'unknown',
    known,
    hazards: once(
      weighed(
        known ? hazards : [...hazards, UNKNOWN],
        { locks, rewrites: found.rewrites.filter(existed), scans: found.scans.filter(existed) },
        context.catalog,
      ),
    ),
  };
}

/** A statement this server cannot read does nothing at all. */
function unread(what: string, hazards: readonly Hazard[]): Verdict {
  return { summary: shortened(what), locks: [], rewrites: [], scans: [], blocks: 'nothing', known: true, hazards };
}

const UNKNOWN = warning('unknown_shape', 'What it does to others is not known from the statement. The rehearsal’s trace decides.');

function judge(node: Node, sql: string, context: LintContext): Effect {
  const [kind, body] = Object.entries(node)[0] ?? ['an empty statement', {}];
  const judges = JUDGES as Readonly<Record<string, ((statement: unknown, judged: unknown) => Effect) | undefined>>;
  const inner = (inside: Node, text: string) => judge(inside, text, context);
  return judges[kind]?.(body, { context, sql, judge: inner }) ?? hidden(kind.replace(/Stmt$/, ''));
}

/** What this migration made, under the names verdicts use. */
function ownNames({ catalog, createdBefore }: LintContext): ReadonlySet<string> {
  if (catalog === undefined || createdBefore.size === 0) return createdBefore;
  const shown = [...createdBefore].flatMap((name) => catalog.relation(name) ?? []).map(catalog.show);
  return new Set([...createdBefore, ...shown]);
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
