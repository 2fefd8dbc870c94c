import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LOCK_MODES } from '../../src/domain/plan.ts';
import type { LockMode, Statement } from '../../src/domain/plan.ts';
import { loadParser } from '../../src/migration/parser.ts';
import { verdicts } from './judge.ts';

type Fact = {
  majors: number[];
  locks?: Record<string, string>;
  rewrites?: string[];
  scans?: Record<string, number>;
  error?: string;
  wait?: string;
  inTransaction?: string;
};
type Shape = { id: string; sql: string; facts: Fact[] };

const SHAPES = JSON.parse(readFileSync(new URL('golden/lock-shapes.json', import.meta.url), 'utf8')) as Shape[];
const FACTS = SHAPES.flatMap((shape) => shape.facts.flatMap((fact) => fact.majors.map((major) => ({ shape, fact, major }))));

/** What the parse tree cannot know, and why. The list may only get shorter. */
const NEEDS_CATALOG: Readonly<Record<string, string>> = {
  add_col_domain_noconstr: 'whether a type is a domain with a constraint',
  add_col_enum_default: 'whether a type is a domain with a constraint',
  drop_table_with_fk_out: 'foreign keys',
  drop_table_with_fk_in: 'foreign keys',
  type_serial_pk_bigint: 'foreign keys',
  type_fk_col: 'foreign keys',
  fk_validate: 'the kind of the constraint',
  notnull_validate_18: 'on 14 to 17 the constraint cannot exist',
  delete_parent_fk: 'foreign keys',
  type_varchar_text: 'the present type',
  type_varchar_drop_limit: 'the present type',
  type_text_varchar: 'the present type',
  type_interval_prec_up: 'the present type',
  type_varbit_widen: 'the present type',
  type_same: 'the present type',
  type_with_using: 'the present type',
  type_collate: 'the present type',
  set_not_null_with_valid_check: 'a valid CHECK',
  pk_using_index_notnull: 'NOT NULL of the columns',
  fk_on_partitioned_valid: 'partitions',
  fk_on_partitioned_notvalid: 'partitions',
  cic_partitioned: 'partitions',
  attach_partition_scan: 'a DEFAULT partition',
  attach_partition_check: 'a DEFAULT partition',
  create_partition_of: 'a DEFAULT partition',
  detach_partition_conc: 'measured while it waits, before it locks anything',
  drop_index_conc: 'the table of an index',
  reindex_index: 'the table of an index',
  attach_index: 'the table of an index',
  set_tablespace: 'the present tablespace',
  set_access_method: 'the present access method',
  refresh_mv_conc: 'the query of the view',
  domain_add_check: 'tables that use the domain',
  domain_validate: 'tables that use the domain',
  domain_set_notnull: 'tables that use the domain',
  drop_type_cascade: 'dependants',
  drop_function_cascade: 'dependants',
  drop_table_view_parent_restrict: 'dependants',
  drop_extension: 'dependants',
  create_or_replace_view_dropcol: 'columns of the view',
  drop_not_null_pk: 'the primary key',
  do_block: 'only a trace',
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

describe('measured locks of PostgreSQL 14 to 18', () => {
  test('every shape that the parse tree decides has exactly the measured locks, rewrites, scans and transaction rule', async () => {
    const wrong: string[] = [];
    let right = 0;
    for (const { shape, fact, major } of FACTS) {
      const difference = differenceOf(await verdicts(shape.sql, { serverMajor: major }), fact);
      if (difference === null) right += 1;
      else if (!(shape.id in NEEDS_CATALOG)) wrong.push(`${shape.id} on ${major}: ${difference}`);
    }
    expect(wrong).toEqual([]);
    // 552 of 760 facts; the others are listed above with what they need.
    expect(right).toBeGreaterThanOrEqual(552);
  });

  test('a shape the parse tree does not decide claims nothing weaker on the tables it names, and the list names no other shape', async () => {
    const ids = new Set(SHAPES.map(({ id }) => id));
    expect(Object.keys(NEEDS_CATALOG).filter((id) => !ids.has(id))).toEqual([]);
    const weaker: string[] = [];
    for (const { shape, fact, major } of FACTS) {
      if (!(shape.id in NEEDS_CATALOG)) continue;
      const got = locksOf(await verdicts(shape.sql, { serverMajor: major }));
      for (const [relation, mode] of Object.entries(measured(fact))) {
        const said = got[relation];
        if (said !== undefined && LOCK_MODES.indexOf(said) < LOCK_MODES.indexOf(mode))
          weaker.push(`${shape.id}: ${relation} ${said} < ${mode}`);
      }
    }
    expect(weaker).toEqual([]);
  });

  test('the comparison fails for a wrong lock, a missing rewrite and a missing scan', async () => {
    const statements = await verdicts('alter table t add column z int');
    expect(differenceOf(statements, { majors: [17], locks: { t: 'AX' } })).toBeNull();
    expect(differenceOf(statements, { majors: [17], locks: { t: 'SRX' } })).toMatch(/locks/);
    expect(differenceOf(statements, { majors: [17], locks: { t: 'AX' }, rewrites: ['t'] })).toMatch(/rewrites/);
    expect(differenceOf(statements, { majors: [17], locks: { t: 'AX' }, scans: { t: 2000 } })).toMatch(/scans/);
    expect(differenceOf(statements, { majors: [17], error: '42601' })).toMatch(/failure/);
  });

  test('every recipe that is complete is SQL that PostgreSQL can read', async () => {
    const { parse } = await loadParser();
    const recipes = new Set<string>();
    for (const { shape, major } of FACTS) {
      for (const statement of await verdicts(shape.sql, { serverMajor: major })) {
        for (const { recipe } of statement.hazards)
          if (recipe !== undefined && /^(?:ALTER|CREATE|DROP|REINDEX|REFRESH|--)/i.test(recipe)) recipes.add(recipe);
      }
    }
    const complete = [...recipes].filter((recipe) => !recipe.includes('…'));
    expect(complete.length).toBeGreaterThan(20);
    for (const recipe of complete) expect(() => parse(recipe), recipe).not.toThrow();
  });
});

/** Null when the verdict is what was measured. Indexes are left out: their names are not in the statement. */
function differenceOf(statements: readonly Statement[], fact: Fact): string | null {
  if (fact.error !== undefined) {
    const predicted = statements.some(({ hazards }) => hazards.some(({ code }) => code === 'will_fail' || code === 'too_new'));
    return predicted ? null : `no failure predicted, measured ${fact.error}`;
  }
  const compared = [
    ['locks', JSON.stringify(sorted(locksOf(statements))), JSON.stringify(sorted(measured(fact)))],
    ['rewrites', names(statements.flatMap(({ rewrites }) => rewrites)), names(fact.rewrites ?? [])],
    // A statement that was measured while it waited had not scanned yet.
    ...(fact.wait === undefined
      ? [['scans', names(statements.flatMap(({ scans }) => scans)), names(Object.keys(fact.scans ?? {}))] as const]
      : []),
    ['outside a transaction', String(statements.some(({ inTransaction }) => !inTransaction)), String(fact.inTransaction === '25001')],
  ] as const;
  const wrong = compared.filter(([, got, want]) => got !== want);
  return wrong.length === 0 ? null : wrong.map(([what, got, want]) => `${what} ${got}, measured ${want}`).join('; ');
}

function locksOf(statements: readonly Statement[]): Record<string, LockMode> {
  return strongest(statements.flatMap(({ locks }) => locks.map(({ relation, mode }) => [relation.replace(/^s\./, ''), mode] as const)));
}

function measured(fact: Fact): Record<string, LockMode> {
  const modes = Object.entries(fact.locks ?? {}).flatMap(([relation, list]) =>
    relation.startsWith('+')
      ? []
      : list.split('+').map((short) => [relation.replace('(wait)', ''), SHORT[short] ?? 'ACCESS EXCLUSIVE'] as const),
  );
  return strongest(modes);
}

function strongest(modes: readonly (readonly [string, LockMode])[]): Record<string, LockMode> {
  const found: Record<string, LockMode> = {};
  for (const [relation, mode] of modes) {
    if (isIndex(relation)) continue;
    const held = found[relation];
    if (held === undefined || LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(held)) found[relation] = mode;
  }
  return found;
}

function isIndex(relation: string): boolean {
  return /_(?:idx|pkey|uq|key|ccnew|v2|u)$/.test(relation) || ['mv_id', 'pt_v', 'plain_a', 'idt_id_seq'].includes(relation);
}

const sorted = (record: Record<string, LockMode>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
const names = (list: readonly string[]) =>
  [...new Set(list.map((name) => name.replace(/^s\./, '')).filter((name) => !isIndex(name)))].sort().join();
