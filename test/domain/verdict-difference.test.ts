import { describe, expect, it } from 'vitest';
import type { Rehearsal } from '../../src/domain/proof.ts';
import { cameBack, rehearsalVerdict, rollbackProved, stoppingDifferences } from '../../src/domain/proof.ts';
import { differencesText, verdictDifference, type TracedEffect, type TracedLock } from '../../src/domain/verdict-difference.ts';

type Verdict = Parameters<typeof verdictDifference>[1];

const ALTER: Verdict = {
  index: 0,
  line: 3,
  summary: 'ALTER TABLE leads ADD COLUMN score',
  locks: [{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }],
  rewrites: [],
  known: true,
};

const lock = (relation: string, mode: TracedLock['mode'], table: string | null = null): TracedLock => ({ relation, mode, table });

/** A trace; what it took it holds. */
function trace(parts: Partial<TracedEffect>): TracedEffect {
  const { taken = [], rewritten = [] } = parts;
  return { taken, held: parts.held ?? taken, rewritten };
}

describe('a verdict and its trace', () => {
  it.each([
    ['the same lock', {}, { taken: [lock('leads', 'ACCESS EXCLUSIVE')] }],
    [
      'an index and a sequence locked with their table',
      {},
      {
        taken: [lock('leads', 'ACCESS EXCLUSIVE'), lock('leads_pkey', 'ACCESS EXCLUSIVE', 'leads'), lock('leads_id_seq', 'SHARE', 'leads')],
      },
    ],
    ['a lock its transaction had already', {}, { taken: [], held: [lock('leads', 'ACCESS EXCLUSIVE')] }],
    [
      'an index rewritten with its table',
      { rewrites: ['leads'] },
      {
        taken: [lock('leads', 'ACCESS EXCLUSIVE')],
        rewritten: [
          { relation: 'leads', table: null },
          { relation: 'leads_pkey', table: 'leads' },
        ],
      },
    ],
    ['a shape nobody knows, whatever it did', { known: false }, { taken: [lock('accounts', 'ACCESS EXCLUSIVE')] }],
  ] as const)('agree: %s', (_, verdict, traced) => {
    expect(verdictDifference('0008', { ...ALTER, ...verdict }, trace(traced))).toBeNull();
  });

  it.each([
    ['a stronger lock', { locks: [{ relation: 'leads', mode: 'SHARE' }] }, { taken: [lock('leads', 'ACCESS EXCLUSIVE')] }],
    ['a relation nobody named', {}, { taken: [lock('leads', 'ACCESS EXCLUSIVE'), lock('accounts', 'SHARE ROW EXCLUSIVE')] }],
    [
      'an index locked more strongly than its table',
      { locks: [{ relation: 'leads', mode: 'SHARE' }] },
      { taken: [lock('leads_pkey', 'ACCESS EXCLUSIVE', 'leads')] },
    ],
    ['a rewrite nobody predicted', {}, { taken: [lock('leads', 'ACCESS EXCLUSIVE')], rewritten: [{ relation: 'leads', table: null }] }],
  ] as const)('stop the run: %s', (_, verdict, traced) => {
    expect(verdictDifference('0008', { ...ALTER, ...verdict }, trace(traced))).toMatchObject({ stops: true, version: '0008', line: 3 });
  });

  it.each([
    ['a weaker lock', {}, { taken: [lock('leads', 'SHARE UPDATE EXCLUSIVE')] }],
    ['a rewrite that did not happen', { rewrites: ['leads'] }, { taken: [lock('leads', 'ACCESS EXCLUSIVE')] }],
    [
      'a trigger that writes elsewhere: nobody waits for that lock',
      {},
      { taken: [lock('leads', 'ACCESS EXCLUSIVE'), lock('log', 'ROW EXCLUSIVE')] },
    ],
  ] as const)('differ and pass: %s', (_, verdict, traced) => {
    expect(verdictDifference('0008', { ...ALTER, ...verdict }, trace(traced))).toMatchObject({ stops: false });
  });

  it('are both shown in words, strongest lock first', () => {
    const difference = verdictDifference(
      '0008',
      { ...ALTER, locks: [{ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' }] },
      trace({
        taken: [lock('accounts', 'SHARE ROW EXCLUSIVE'), lock('leads', 'ACCESS EXCLUSIVE'), lock('leads_pkey', 'ACCESS SHARE', 'leads')],
        rewritten: [
          { relation: 'leads', table: null },
          { relation: 'leads_pkey', table: 'leads' },
        ],
      }),
    );
    expect(differencesText(difference === null ? [] : [difference]).split('\n')).toEqual([
      'The rehearsal differs from the verdict: on the copy more is locked or rewritten than the plan says.',
      '0008 line 3: ALTER TABLE leads ADD COLUMN score',
      '  the plan says SHARE UPDATE EXCLUSIVE on leads',
      '  on the copy ACCESS EXCLUSIVE on leads, SHARE ROW EXCLUSIVE on accounts, rewrites leads',
      'The target was not touched. Cancel, split that statement or write it another way, and plan again.',
    ]);
  });
});

const REHEARSAL: Rehearsal = {
  backupId: 'b',
  at: '2026-11-24T19:00:00.000Z',
  restoreMs: 1,
  tables: 1,
  rows: 1,
  migrations: [{ version: '0008', up: 'ok', down: 'exact', upAgain: 'ok', upMs: 1, downMs: 1, detail: '' }],
  statements: [],
  validationFailures: [],
  restoreError: '',
};
const NONE = { locks: [], rewrites: [] };
const difference = (stops: boolean) => ({ version: '0008', index: 0, line: 1, statement: 'x', stops, verdict: NONE, copy: NONE });

describe('a rehearsal', () => {
  it('with a difference that stops came back and proves nothing', () => {
    const rehearsal = { ...REHEARSAL, differences: [difference(false), difference(true)] };
    expect(stoppingDifferences(rehearsal)).toHaveLength(1);
    expect([cameBack(rehearsal), rollbackProved(rehearsal)]).toEqual([true, false]);
  });

  it('with differences that only say less is proved', () => {
    expect(rollbackProved({ ...REHEARSAL, differences: [difference(false)] })).toBe(true);
  });

  it('of an older version, without what is traced now, is proved and has the same verdict for its digest', () => {
    expect(rollbackProved(REHEARSAL)).toBe(true);
    expect(JSON.stringify(rehearsalVerdict(REHEARSAL))).toBe(
      '{"migrations":[{"version":"0008","up":"ok","down":"exact","upAgain":"ok"}],"validationFailures":[]}',
    );
  });

  it('has another digest once columns come back in another order, or rows do not', () => {
    const [migration] = REHEARSAL.migrations;
    if (migration === undefined) throw new Error('no migration');
    const verdicts = [{}, { order: ['column order of leads changed'] }, { lost: ['the values of leads.a do not come back'] }].map((more) =>
      JSON.stringify(rehearsalVerdict({ ...REHEARSAL, migrations: [{ ...migration, ...more }] })),
    );
    expect(new Set(verdicts).size).toBe(3);
  });
});
