import { describe, expect, it } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Rehearsal } from '../../src/domain/proof.ts';
import type { Command } from '../../src/domain/commands.ts';
import type { Run } from '../../src/domain/run.ts';
import { aRehearsal, aRunIn, by, evening, PEOPLE, sha256 } from '../support/runs.ts';

const DIFFERENCE = {
  version: '0007',
  index: 0,
  line: 3,
  statement: 'ALTER TABLE leads ADD COLUMN score',
  stops: true,
  verdict: { locks: [{ relation: 'leads', mode: 'SHARE' as const }], rewrites: [] },
  copy: { locks: [{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' as const }], rewrites: ['leads'] },
};
const SENTENCE = `The rehearsal differs from the verdict: on the copy more is locked or rewritten than the plan says.
0007 line 3: ALTER TABLE leads ADD COLUMN score
  the plan says SHARE on leads
  on the copy ACCESS EXCLUSIVE on leads, rewrites leads
The target was not touched. Cancel, split that statement or write it another way, and plan again.`;

const NOW = evening('18:56');

function decided(run: Run, command: Command, actor: Actor = OFFPEAK) {
  return decide(run, command, { now: NOW, actor, people: PEOPLE, sha256 });
}

/** The run after a command, which must be carried out. */
function after(run: Run, command: Command, actor: Actor = OFFPEAK): Run {
  const decision = decided(run, command, actor);
  if (!decision.ok) throw new Error(JSON.stringify(decision));
  return decision.happenings.reduce((now, happening) => evolve(now, { ...happening, at: NOW, actor }), run);
}

function rehearsed(run: Run, changes: Partial<Rehearsal> = { differences: [DIFFERENCE] }): Run {
  const rehearsal = { ...aRehearsal(run.plan, { backupId: run.backup?.id ?? '', at: NOW }), ...changes };
  return after(run, { type: 'record_rehearsal', rehearsal, plannedAt: run.plan.plannedAt });
}

describe('a rehearsal that differs from the verdict', () => {
  it('fills the line of the checklist with both sides, and nobody may approve', () => {
    const run = rehearsed(aRunIn('checklist_proved'));
    expect(run.evidence.rollback_proof).toMatchObject({ verdict: 'breach', value: SENTENCE });
    expect(run.evidence.backup).toMatchObject({ verdict: 'pass' });
    expect(decided(run, { type: 'approve', digest: run.digest }, by('sam'))).toMatchObject({ ok: false, refusal: { code: 'items_open' } });
  });

  it('holds the run in preparation; whoever resumes it comes no further', () => {
    const run = rehearsed(aRunIn('preparing_ready'));
    expect(run).toMatchObject({ state: 'holding', holding: { reason: 'rehearsal_differs', detail: SENTENCE } });
    const resumed = after(run, { type: 'resume' }, by('olga'));
    expect(resumed.state).toBe('preparing');
    const begun = decided(
      { ...resumed, t0: NOW },
      { type: 'begin_migrating', baseline: {} as never, fingerprint: run.plan.fingerprint, newestSample: NOW },
    );
    expect(JSON.stringify(begun)).not.toContain('migrating_begun');
    expect(after(run, { type: 'cancel' }, by('olga')).state).toBe('cancelled');
  });

  it('that did not come back fails as before: the worse news first', () => {
    const run = aRunIn('preparing_ready');
    const { migrations } = aRehearsal(run.plan, { backupId: '', at: NOW });
    const failed = rehearsed(run, {
      differences: [DIFFERENCE],
      migrations: migrations.map((entry) => ({ ...entry, down: 'differs', detail: 'index a left' })),
    });
    expect(failed).toMatchObject({ state: 'failed', end: { detail: expect.stringContaining('index a left') as string } });
  });

  it('by less than was said is kept, and passes', () => {
    const run = rehearsed(aRunIn('checklist_proved'), { differences: [{ ...DIFFERENCE, stops: false }] });
    expect(run.evidence.rollback_proof).toMatchObject({ verdict: 'pass' });
    expect(run.rehearsal?.differences).toHaveLength(1);
  });

  it('in the order of columns alone passes, and is named with what is lost', () => {
    const run = aRunIn('checklist_proved');
    const { migrations } = aRehearsal(run.plan, { backupId: '', at: NOW });
    const [first, ...others] = migrations;
    if (first === undefined) throw new Error('no migration');
    const noted = rehearsed(run, {
      migrations: [{ ...first, order: ['column order of leads changed'], lost: ['the values of leads.a do not come back'] }, ...others],
    });
    expect(noted.evidence.rollback_proof).toMatchObject({
      verdict: 'pass',
      value: expect.stringContaining(
        `(${first.version}: column order of leads changed; ${first.version}: the values of leads.a do not come back)`,
      ) as string,
    });
    expect(noted.digest).not.toBe(run.digest);
  });
});

it('the schema in any order of columns is kept from the first write on, and absent in older runs', () => {
  const run = aRunIn('migrating_begun');
  const event = { type: 'migrating_begun', baseline: run.baseline ?? ({} as never), fingerprint: 'f', at: NOW, actor: OFFPEAK } as const;
  expect(evolve(run, { ...event, anyOrder: 'o' }).anyOrder).toBe('o');
  expect(evolve(run, event).anyOrder).toBeUndefined();
});
