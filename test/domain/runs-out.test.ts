import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lapsedWaivers, openItems, waivableItems } from '../../src/domain/checklist.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { countingApprovals, readiness } from '../../src/domain/gates.ts';
import { lastsUntil } from '../../src/domain/first-write.ts';
import { between, plus } from '../../src/domain/instant.ts';
import type { ItemKey } from '../../src/domain/items.ts';
import type { Actor, Person } from '../../src/domain/people.ts';
import { runsOut, runsOutBefore, runsOutWords } from '../../src/domain/runs-out.ts';
import type { Run } from '../../src/domain/run.ts';
import { approval } from '../../src/slack/render/approval.ts';
import { checklist } from '../../src/slack/render/checklist.ts';
import { planCard } from '../../src/slack/render/plan-card.ts';
import { by, evening, healthEvidence, PEOPLE, sha256 } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';
import { wordsOf } from '../slack/scenes.ts';

const HOUR = 3_600_000;
const decided = (run: Run, now: string, actor: Actor, command: Command, people: readonly Person[] = PEOPLE) =>
  decide(run, command, { now, actor, people, sha256 });

function said(run: Run, now: string, actor: Actor, command: Command): Run {
  const decision = decided(run, now, actor, command);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor }), run);
}

const { run: soon, now } = storyTo('scheduled');
/** Scheduled for a moment at which all that people gave has run out. */
const late: Run = { ...soon, scheduledFor: plus(now, 30 * HOUR) };
const T0 = late.scheduledFor ?? '';
const context = { now, people: PEOPLE };
const view = (run: Run) => ({ run, now, samples: [], progress: null });

describe('what runs out before the first write is said while somebody is awake (R46)', () => {
  it('nothing of a run tonight; all approvals, confirmations and words of one in thirty hours', () => {
    expect(runsOut(soon, context)).toEqual([]);
    const found = runsOut(late, context);
    expect(found.filter(({ what }) => what === 'approval').map(({ by: { name } }) => name)).toEqual(['sam', 'kim']);
    expect(new Set(found.flatMap(({ item }) => item ?? []))).toEqual(
      new Set(['staging', 'stakeholders', 'on_call', 'rollback_review', 'automated_backup']),
    );
    expect(runsOutWords(found, () => 'then')).toMatch(/^[^,]+ \(then\), [^,]+ \(then\), .*, and \d more$/);
  });

  it('is exactly what the gates will miss then, whenever it was given and for whenever it is scheduled', () => {
    const hours = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.array(hours, { minLength: 8, maxLength: 8 }), hours, (lives, ahead) => {
        const ends = (index: number) => plus(now, (lives[index % lives.length] ?? 1) * HOUR + 1);
        const people = Object.values(soon.evidence).filter(({ source }) => source === 'a person');
        const evidence = {
          ...soon.evidence,
          ...Object.fromEntries(people.map((entry, index) => [entry.item, { ...entry, expiresAt: ends(index) }])),
        };
        const approvals = soon.approvals.map((entry, index) => ({ ...entry, expiresAt: ends(index + 5) }));
        const t0 = plus(now, ahead * HOUR);
        const run: Run = { ...soon, evidence, approvals, scheduledFor: t0 };
        const found = runsOut(run, context);
        const then = plus(t0, 60_000);
        const missing = openItems(run, then).filter((key) => people.some(({ item }) => item === key));
        expect(new Set(found.flatMap(({ what, item }) => (what === 'confirmation' && item !== null ? [item] : [])))).toEqual(
          new Set(missing),
        );
        const few = countingApprovals(run, { now: then, people: PEOPLE }).length < run.plan.quorum;
        expect(found.some(({ what }) => what === 'approval')).toBe(few);
        for (const { expiresAt } of found) expect(lastsUntil(t0, expiresAt)).toBe(false);
      }),
    );
  });

  it('a waiver runs out like a confirmation', () => {
    const red = healthEvidence(soon.plan, now, { cpu: { verdict: 'breach', value: '91 %' } });
    const { cpu } = Object.fromEntries(red.map((entry) => [entry.item, entry]));
    const waiver = { by: by('olga'), at: now, expiresAt: plus(now, 24 * HOUR), reason: 'A batch job, gone by then.' };
    const run: Run = { ...late, waivers: { cpu: waiver }, evidence: { ...late.evidence, ...(cpu && { cpu }) } };
    expect(runsOut(run, context)).toContainEqual({
      what: 'waiver',
      item: 'cpu',
      by: { id: 'U0OLGA', name: 'olga' },
      expiresAt: waiver.expiresAt,
    });
    expect(waivableItems(run, now, PEOPLE)).toContain('cpu');
    expect(decided(run, now, by('olga'), { type: 'waive_item', item: 'cpu', reason: 'Still.' }).ok).toBe(true);
    expect(
      decided({ ...run, scheduledFor: soon.scheduledFor }, now, by('olga'), { type: 'waive_item', item: 'cpu', reason: 'Still.' }).ok,
    ).toBe(false);
  });

  it('stands on the card, and the thread has the buttons to give it again', () => {
    expect(wordsOf(planCard(view(soon), PEOPLE))).not.toContain('Runs out');
    const card = wordsOf(planCard(view(late), PEOPLE));
    expect(card).toContain('*Runs out before the first write:*');
    expect(card).toContain('give again what runs out too early; preparation opens by itself');
    const approvals = approval(view(late), PEOPLE);
    expect(wordsOf(approvals)).toContain('which is before the first write: approve again');
    expect(JSON.stringify(approvals.blocks)).toContain('"action_id":"approve"');
    expect(JSON.stringify(approval(view(soon), PEOPLE).blocks)).not.toContain('"action_id":"approve"');
    const lines = JSON.stringify(checklist(view(late), PEOPLE).blocks);
    expect(lines).toContain('"action_id":"confirm_item:staging"');
    expect(lines).toContain('"action_id":"acknowledge"');
    expect(JSON.stringify(checklist(view(soon), PEOPLE).blocks)).not.toContain('confirm_item:staging');
  });
});

describe('what runs out may be given again before it has', () => {
  it('an approval counts on, takes the place of the one before, and asks nobody else for more', () => {
    const again = said(late, now, by('sam'), { type: 'approve', digest: late.digest });
    expect(again.state).toBe('scheduled');
    expect(again.approvals.map(({ by: { name }, expiresAt }) => [name, expiresAt])).toEqual([
      ['kim', late.approvals.find(({ by: { name } }) => name === 'kim')?.expiresAt],
      ['sam', plus(now, again.plan.timing.approvalMs)],
    ]);
    expect(countingApprovals(again, context)).toHaveLength(2);
  });

  it('an approval of tonight is refused as counted already in the first half of its life, and may be given again in the second', () => {
    const approve = { type: 'approve', digest: soon.digest } as const;
    expect(decided(soon, now, by('sam'), approve)).toMatchObject({ ok: false, refusal: { code: 'already_approved' } });
    const given = soon.approvals[0]?.at ?? '';
    const half = plus(given, soon.plan.timing.approvalMs / 2);
    const tomorrow: Run = { ...soon, state: 'approved', scheduledFor: null };
    expect(decided(tomorrow, plus(half, -1), by('sam'), approve).ok).toBe(false);
    expect(decided(tomorrow, half, by('sam'), approve).ok).toBe(true);
  });

  it('renewing never makes one approver two', () => {
    const one: Run = { ...late, state: 'checklist', approvals: late.approvals.slice(0, 1), scheduledFor: null };
    const later = plus(one.approvals[0]?.at ?? '', one.plan.timing.approvalMs - 1_000);
    const again = said(one, later, by('sam'), { type: 'approve', digest: one.digest });
    expect(again.state).toBe('checklist');
    expect(countingApprovals(again, { now: later, people: PEOPLE })).toHaveLength(1);
  });

  it('a word is given again by its person alone', () => {
    const word = { type: 'acknowledge_item', item: 'on_call' } as const;
    expect(decided(soon, now, by('ana'), word)).toMatchObject({ ok: false, refusal: { code: 'already_so' } });
    const again = said(late, now, by('ana'), word);
    expect(runsOut(again, context).some(({ item, expiresAt }) => item === 'on_call' && between(now, expiresAt) < 24 * HOUR)).toBe(false);
    expect(decided(late, now, by('sam'), word).ok).toBe(false);
  });
});

describe('4 whoever waived a line may still do so when the run starts', () => {
  const item: ItemKey = 'cpu';
  const waiver = { by: by('olga'), at: now, expiresAt: plus(now, 24 * HOUR), reason: 'A batch job.' };
  const red = Object.fromEntries(
    healthEvidence(soon.plan, now, { cpu: { verdict: 'breach', value: '91 %' } }).map((entry) => [entry.item, entry]),
  );
  const run: Run = { ...soon, state: 'approved', waivers: { cpu: waiver }, evidence: { ...soon.evidence, ...red } };
  const demoted = PEOPLE.map((person) => (person.name === 'olga' ? { ...person, roles: ['on_call' as const] } : person));

  it('the start is refused with their name once they may not, and whoever may waives it again', () => {
    expect(readiness(run, context)).toBeNull();
    expect(lapsedWaivers(run, now, demoted)).toEqual([item]);
    expect(readiness(run, { now, people: demoted })).toEqual({
      code: 'items_open',
      items: ['CPU (waived by @olga, who may not any more)'],
    });
    expect(decided(run, now, by('nora'), { type: 'start' }, demoted)).toMatchObject({ ok: false, refusal: { code: 'items_open' } });
    const promoted = demoted.map((person) =>
      person.name === 'kim' ? { ...person, roles: ['approver' as const, 'operator' as const] } : person,
    );
    expect(waivableItems(run, now, promoted)).toContain(item);
    const again = decided(run, now, by('kim'), { type: 'waive_item', item, reason: 'I looked.' }, promoted);
    expect(again.ok).toBe(true);
  });

  it('in preparation a red line that they waived holds the run', () => {
    const preparing: Run = { ...storyTo('preparing').run, waivers: { cpu: { ...waiver, expiresAt: plus(evening('18:46'), HOUR) } } };
    const evidence = healthEvidence(preparing.plan, evening('18:46'), { cpu: { verdict: 'breach', value: '91 %' } });
    const types = (people: readonly Person[]) => {
      const decision = decide(
        preparing,
        { type: 'record_evidence', evidence },
        { now: evening('18:46'), actor: by('olga'), people, sha256 },
      );
      return decision.ok ? decision.happenings.map(({ type }) => type) : decision.refusal;
    };
    expect(types(PEOPLE)).toEqual(['evidence_recorded']);
    expect(types(demoted)).toEqual(['evidence_recorded', 'held']);
  });

  it('the card and the checklist say so', () => {
    expect(wordsOf(planCard(view(run), demoted))).toContain('CPU by @olga, who may not any more');
    expect(wordsOf(checklist(view(run), demoted))).toContain('It does not count any more: @olga may not waive this line now');
    expect(wordsOf(checklist(view(run), PEOPLE))).not.toContain('does not count any more');
  });
});

it('a first write that nobody has named yet makes nothing run out, but can be asked about', () => {
  const open: Run = { ...soon, state: 'approved', scheduledFor: null };
  expect(runsOut(open, context)).toEqual([]);
  expect(runsOutBefore(open, T0, context).length).toBeGreaterThan(3);
});
