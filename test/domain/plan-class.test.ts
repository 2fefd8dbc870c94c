import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf, classWords, ruleReasons } from '../../src/domain/plan-class.ts';
import { LOCK_MODES, type Statement } from '../../src/domain/plan.ts';
import { aMigration, aPlan, aRehearsal, by, evening } from '../support/plans.ts';
import { aRun } from '../support/runs.ts';

const QUIET = { locks: [], rewrites: [], scans: [], blocks: 'nothing', inTransaction: true, known: true, hazards: [] } as const;
const statement = (parts: Partial<Statement> = {}): Statement => ({ ...QUIET, index: 0, sql: 'SELECT 1', line: 3, summary: '', ...parts });
const DOWN = [{ sql: 'DROP TABLE notes', line: 1, inTransaction: true }];
const planOf = (parts: Partial<Statement>, down = DOWN) => ({ migrations: [aMigration('0009', 'notes', [statement(parts)], down)] });
const reasons = (parts: Partial<Statement>) => ruleReasons(planOf(parts), null);

describe('the class of a plan', () => {
  it('R7 is trivial for new objects, and for what nobody waits for', () => {
    expect(reasons({})).toEqual([]);
    expect(reasons({ locks: [{ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' }], blocks: 'ddl' })).toEqual([]);
    expect(reasons({ locks: [{ relation: 'leads', mode: 'ROW SHARE' }] })).toEqual([]);
  });

  it.each<[string, Partial<Statement>, string]>([
    [
      'a strong lock on what exists',
      { locks: [{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }] },
      '0009 line 3 takes ACCESS EXCLUSIVE on leads',
    ],
    ['a lock that stops writers', { locks: [{ relation: 'leads', mode: 'SHARE' }] }, '0009 line 3 takes SHARE on leads'],
    ['changed rows', { locks: [{ relation: 'leads', mode: 'ROW EXCLUSIVE' }] }, '0009 line 3 changes rows of leads'],
    ['a rewrite', { rewrites: ['leads'], locks: [{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }] }, '0009 line 3 rewrites leads'],
    ['a whole read', { scans: ['leads'] }, '0009 line 3 reads all of leads'],
    ['a backfill', { backfill: { table: 'leads', key: 'id' } }, '0009 line 3 fills leads in batches'],
    ['an unknown shape', { known: false }, '0009 line 3 has a shape that nobody has judged'],
    ['what makes writers wait without a lock that has a name', { blocks: 'writes' }, '0009 line 3 makes writes wait'],
    [
      'a waived hazard',
      { hazards: [{ code: 'drops_column', severity: 'danger', message: '', waived: 'nobody reads it' }] },
      '0009_notes.up.sql line 3 waives drops_column',
    ],
  ])('R7 is non-trivial for %s, with the reason', (_title, parts, reason) => {
    expect(reasons(parts)).toEqual([reason]);
  });

  it('R7 is non-trivial for a way back that loses something or is none, as the rehearsal found it', () => {
    expect(ruleReasons(planOf({}, []), null)).toEqual(['0009 cannot be undone by SQL']);
    const plan = aPlan(planOf({}));
    const rehearsal = aRehearsal(plan, { backupId: 'b', at: evening('18:00') });
    const lost = rehearsal.migrations.map((entry) => ({ ...entry, lost: ['the values of leads.notes do not come back'] }));
    expect(ruleReasons(plan, rehearsal)).toEqual([]);
    expect(ruleReasons(plan, { ...rehearsal, migrations: lost })).toEqual(['0009: the values of leads.notes do not come back']);
    expect(
      ruleReasons(plan, { ...rehearsal, migrations: rehearsal.migrations.map((entry) => ({ ...entry, down: 'irreversible' })) }),
    ).toHaveLength(1);
  });

  it('R7 people may raise it, and their reason is the first', () => {
    const run = aRun({ plan: aPlan(planOf({})), rehearsal: null });
    expect(classOf(run)).toEqual({ trivial: true, reasons: [] });
    const raised = { ...run, raised: { by: by('sam'), at: evening('18:00'), reason: 'the first of its kind' } };
    expect(classWords(classOf(raised))).toBe('non-trivial: @sam asks for it: the first of its kind');
  });

  it('R7 no statement more makes a plan trivial again', () => {
    const mode = fc.constantFrom(...LOCK_MODES);
    const any = fc.record({
      locks: fc.array(
        mode.map((each) => ({ relation: 'leads', mode: each })),
        { maxLength: 2 },
      ),
      scans: fc.constantFrom([], ['leads']),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), any, (some, more) => {
        const of = (all: readonly Partial<Statement>[]) => ({
          migrations: [
            aMigration(
              '0009',
              'x',
              all.map((each) => statement(each)),
              DOWN,
            ),
          ],
        });
        if (ruleReasons(of(some), null).length > 0) expect(ruleReasons(of([...some, more]), null).length).toBeGreaterThan(0);
      }),
    );
  });
});
