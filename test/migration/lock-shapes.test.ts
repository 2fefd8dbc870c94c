import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CatalogState } from '../../src/domain/catalog.ts';
import type { Statement } from '../../src/domain/plan.ts';
import { stateAfter } from '../../src/migration/lint/after.ts';
import { catalogOf } from '../../src/migration/lint/catalog.ts';
import { loadParser } from '../../src/migration/parser.ts';
import { differenceOf, measuredOf, saidOf } from './compare.ts';
import type { Fact, Shape } from './compare.ts';
import { codes, parsed, verdicts } from './judge.ts';

const golden = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');
const SHAPES = JSON.parse(golden('lock-shapes.json')) as readonly Shape[];
const FACTS = SHAPES.flatMap((shape) => shape.facts.flatMap((fact) => fact.majors.map((major) => ({ shape, fact, major }))));
/** The catalog of lock-shapes-schema.sql as PostgreSQL 15 has it; verdicts.pg.test.ts compares it with the server. */
const CATALOG = JSON.parse(golden('lock-shapes-catalog.json')) as CatalogState;

/** The catalog before a shape: that of the schema, and what stands before the statement done to it. */
async function catalogBefore(shape: Shape, serverMajor: number): Promise<CatalogState> {
  const before = await parsed([shape.pre, shape.set].filter((sql) => sql !== undefined).join(';'));
  return before.reduce((state, { node }) => stateAfter(state, node), { ...CATALOG, serverMajor });
}

async function judgedShape(shape: Shape, serverMajor: number): Promise<readonly Statement[]> {
  return await verdicts(shape.sql, { serverMajor, catalog: await catalogBefore(shape, serverMajor) });
}

/** Its locks were looked at between its two transactions, when it has none; what they are is in verdicts.pg.test.ts. */
const BETWEEN_LOCKS = new Set(['detach_partition_conc']);

describe('measured locks of PostgreSQL 14 to 18', () => {
  test('every fact holds: the locks, rewrites, scans, failure and transaction rule of every shape on every major', async () => {
    const wrong: string[] = [];
    for (const { shape, fact, major } of FACTS) {
      const difference = await differs(shape, fact, major);
      if (difference !== null) wrong.push(`${shape.id} on ${major}: ${difference}`);
    }
    expect(wrong).toEqual([]);
    expect(FACTS.length).toBe(760);
  });

  test('without a catalog no statement is silent: it names the same tables as strongly, or says what it depends on', async () => {
    const silent: string[] = [];
    for (const { shape, fact, major } of FACTS) {
      if (fact.error !== undefined || fact.fatal !== undefined || BETWEEN_LOCKS.has(shape.id)) continue;
      const statements = await verdicts(shape.sql, { serverMajor: major });
      const open = statements.some(
        (statement) => !statement.known || codes(statement).some((code) => /^(?:depends_on_catalog|cascade|runs_)/.test(code)),
      );
      const catalog = catalogOf({ ...CATALOG, searchPath: ['s'] });
      const difference = differenceOf(withoutSchema(saidOf(statements)), measuredOf(fact), { catalog });
      if (difference !== null && !open && !difference.startsWith('scans')) silent.push(`${shape.id} on ${major}: ${difference}`);
    }
    expect(silent).toEqual([]);
  });

  test('the comparison fails for a wrong lock, a second table, a missing rewrite, scan or failure', async () => {
    const on = { catalog: catalogOf(CATALOG) };
    const said = saidOf(await verdicts('alter table t add column z int', { catalog: CATALOG }));
    const did = (fact: Partial<Fact>) => measuredOf({ majors: [17], locks: { t: 'AX' }, ...fact });
    expect(differenceOf(said, did({}), on)).toBeNull();
    expect(differenceOf(said, did({ locks: { t: 'SRX' } }), on)).toMatch(/locks/);
    expect(differenceOf(said, did({ locks: { t: 'AX', p: 'AS' } }), on)).toMatch(/locks/);
    expect(differenceOf(said, did({ rewrites: ['t'] }), on)).toMatch(/rewrites/);
    expect(differenceOf(said, did({ scans: { t: 2000 } }), on)).toMatch(/scans/);
    expect(differenceOf(said, did({ error: '42601' }), on)).toMatch(/error/);
  });

  test('every recipe that is complete is SQL that PostgreSQL can read', async () => {
    const { parse } = await loadParser();
    const recipes = new Set<string>();
    for (const { shape, major } of FACTS) {
      for (const { hazards } of [...(await judgedShape(shape, major)), ...(await verdicts(shape.sql, { serverMajor: major }))]) {
        for (const { recipe } of hazards)
          if (recipe !== undefined && /^(?:ALTER|CREATE|DROP|REINDEX|REFRESH|--)/i.test(recipe)) recipes.add(recipe);
      }
    }
    const complete = [...recipes].filter((recipe) => !recipe.includes('…'));
    expect(complete.length).toBeGreaterThan(30);
    for (const recipe of complete) expect(() => parse(recipe), recipe).not.toThrow();
  });
});

/** Null when the verdict is what was measured. */
async function differs(shape: Shape, fact: Fact, major: number): Promise<string | null> {
  if (fact.fatal !== undefined) {
    // The statement was never tried: what stands before it is not SQL on this major, and the verdict says so.
    const before = await verdicts(shape.pre ?? '', { serverMajor: major, catalog: CATALOG });
    return before.some(({ hazards }) => hazards.some(({ sqlstate }) => sqlstate === '42601')) ? null : `no failure of ${shape.pre}`;
  }
  const statements = await judgedShape(shape, major);
  const alone = statements.some(({ inTransaction }) => !inTransaction);
  if (fact.error === undefined && alone !== (fact.inTransaction === '25001')) return `outside a transaction: ${alone}`;
  if (BETWEEN_LOCKS.has(shape.id)) return null;
  return differenceOf(saidOf(statements), measuredOf(fact), { catalog: catalogOf(await catalogBefore(shape, major)) });
}

function withoutSchema(said: ReturnType<typeof saidOf>): ReturnType<typeof saidOf> {
  const bare = (name: string) => name.replace(/^s\./, '');
  return {
    ...said,
    locks: Object.fromEntries(Object.entries(said.locks).map(([name, mode]) => [bare(name), mode])),
    rewrites: said.rewrites.map(bare),
    scans: said.scans.map(bare),
  };
}
