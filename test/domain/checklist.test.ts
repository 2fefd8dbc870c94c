import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checklistFor,
  describeLineChanges,
  healthLines,
  lineOf,
  linesOf,
  lineState,
  openItems,
  PLAIN_CHECKLIST,
  waivableItems,
  waivedItems,
} from '../../src/domain/checklist.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { readiness } from '../../src/domain/gates.ts';
import { plus } from '../../src/domain/instant.ts';
import { BUILT_IN, HEALTH_ITEMS, ITEMS, NEVER_WAIVED, OPTIONAL, type ItemKey } from '../../src/domain/items.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { describeRuleChanges } from '../../src/domain/plan-changes.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Run } from '../../src/domain/run.ts';
import { answers } from '../support/commands.ts';
import {
  aPlan,
  BASELINE,
  by,
  CHECKLIST,
  evening,
  healthEvidence,
  noticeEvidence,
  PEOPLE,
  SCHEDULE,
  sha256,
  SOURCES,
} from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';

const DAY = 86_400_000;

/** The run after this command, which must not be refused. */
function said(run: Run, now: string, actor: Actor, command: Command): Run {
  const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor }), run);
}

function refusal(run: Run, now: string, actor: Actor, command: Command) {
  const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
  return decision.ok ? null : decision.refusal;
}

const context = (now: string) => ({ now, people: PEOPLE });

describe('the catalogue', () => {
  it('R13–R34 R41 has a line for everything the runbook asks, and none of a plan is missing whatever is configured', () => {
    const any = fc.record({
      sources: fc.subarray([...HEALTH_ITEMS]),
      onCall: fc.boolean(),
      stakeholders: fc.subarray(['U0SAM', 'U0OLGA']),
    });
    fc.assert(
      fc.property(any, ({ sources, ...settings }) => {
        const lines = checklistFor(sources, { ...settings, waivers: {} });
        const optional = (key: ItemKey) => OPTIONAL.some((each) => each === key);
        expect(lines.map(({ key }) => key)).toEqual(ITEMS.filter((key) => !optional(key) || sources.some((each) => each === key)));
        for (const { key, kind, people } of lines) {
          const filled = (BUILT_IN as readonly ItemKey[]).includes(key) || (sources as readonly ItemKey[]).includes(key);
          if (key === 'stakeholders')
            expect([kind, people]).toEqual(settings.stakeholders.length > 0 ? ['personal', settings.stakeholders] : ['human', undefined]);
          else if (key === 'on_call') expect(kind).toBe(settings.onCall ? 'personal' : 'human');
          else expect(kind, key).toBe(filled ? 'machine' : 'human');
        }
      }),
    );
  });

  it('asks a person for what no machine can read: CPU, memory, active users, the provider\u2019s backup (R19, R30–R32)', () => {
    const asked = checklistFor([], PLAIN_CHECKLIST).filter(({ kind }) => kind === 'human');
    expect(asked.map(({ key }) => key)).toEqual([
      'staging',
      'stakeholders',
      'on_call',
      'automated_backup',
      'restore_drill',
      'rollback_review',
      'other_dumps',
      'cpu',
      'memory',
      'active_users',
    ]);
  });

  it('R6 R22 lets nobody waive the proved backup and the proved way back, whatever is configured', () => {
    const lines = checklistFor([], { ...PLAIN_CHECKLIST, waivers: { backup: ['operator'], rollback_proof: ['approver'] } });
    for (const key of NEVER_WAIVED) expect(lines.find((line) => line.key === key)?.waivers).toEqual([]);
  });

  it('a run of an older version keeps the fourteen lines it was planned with', () => {
    const { items: _, ...rest } = aPlan();
    const old: Plan = rest;
    expect(linesOf(old)).toHaveLength(14);
    expect(lineOf(old, 'on_call')).toEqual({ key: 'on_call', kind: 'human', waivers: [] });
    expect(healthLines(old)).toEqual([
      'connections',
      'long_queries',
      'replication_lag',
      'disk',
      'latency',
      'app_health',
      'error_rate',
      'p95',
    ]);
    const { run, now } = storyTo('checklist_ready', { plan: old });
    expect(openItems(run, now)).toEqual([]);
    expect(refusal(run, now, by('sam'), { type: 'waive_item', item: 'staging', reason: 'x' })).toMatchObject({ code: 'not_waivable' });
  });
});

describe('the checklist of a plan', () => {
  it('is covered by the digest, and a change says line by line what changed (invariant 3)', () => {
    const before = aPlan();
    const after = aPlan({
      items: checklistFor(
        SOURCES.filter((key) => key !== 'cpu'),
        { ...CHECKLIST, stakeholders: ['U0SAM'], waivers: { p95: ['operator', 'on_call'] } },
      ),
    });
    expect(digestOf(after, null, sha256)).not.toBe(digestOf(before, null, sha256));
    expect(describeRuleChanges(before, after)).toEqual([
      'The checklist changed in the configuration: Stakeholders told asks other people, CPU is confirmed by a person now, Response time p95 may be waived by operator or on-call.',
    ]);
    const { items: _, ...rest } = before;
    const old: Plan = rest;
    expect(describeLineChanges(old, before)[0]).toMatch(
      /On-call available is answered personally now.*No other dump is new \(read by a machine\)/,
    );
    expect(describeLineChanges(before, before)).toEqual([]);
  });

  it('R7 a revision voids the approvals and the waivers, and what a person said of a line that a machine reads now', () => {
    const run = aRunIn('approved', { plan: aPlan({ items: checklistFor([], CHECKLIST) }) });
    expect(run.evidence.cpu?.source).toBe('a person');
    const now = evening('17:19');
    const withdrawn = said(run, now, by('nora'), { type: 'withdraw_item', item: 'memory' });
    const waived = said(withdrawn, now, by('sam'), {
      type: 'waive_item',
      item: 'memory',
      reason: 'Seen on the dashboard of the provider.',
    });
    const revised = said(waived, now, SCHEDULE, {
      type: 'revise_plan',
      plan: aPlan({ plannedAt: now }),
      changes: ['The checklist changed.'],
    });
    expect(revised).toMatchObject({ state: 'checklist', approvals: [], waivers: {} });
    expect(revised.evidence.cpu).toBeUndefined();
    expect(revised.evidence.connections).toBeDefined();
    expect(revised.acknowledged.stakeholders).toHaveLength(2);
  });

  it('R38 R39 reads every machine line of the plan and no other, and does not go on while one is missing', () => {
    const items = checklistFor(['cpu'], CHECKLIST);
    const { run, now } = storyTo('preparing', { plan: aPlan({ items }) });
    const lines = healthEvidence(run.plan, now);
    expect(lines.map(({ item }) => item)).toEqual(healthLines(run.plan));
    const half = said(run, now, OFFPEAK, { type: 'record_evidence', evidence: lines.filter(({ item }) => item !== 'cpu') });
    expect(nextStep({ ...half, evidence: { ...half.evidence, cpu: undefined } as never }, now)).toEqual({ kind: 'step', step: 'check' });
    expect(nextStep(said(run, now, OFFPEAK, { type: 'record_evidence', evidence: lines }), now)).toEqual({ kind: 'step', step: 'backup' });
  });

  it('R21 a proof by restore of this run is a restore drill', () => {
    expect(aRunIn('checklist_proved').evidence.restore_drill).toMatchObject({
      verdict: 'pass',
      value: 'just now, by the proof of this run',
    });
  });

  it('R22 the way back is reviewed by somebody other than the one who asked for the plan', () => {
    const { run, now } = storyTo('checklist_proved');
    const review: Command = { type: 'confirm_item', item: 'rollback_review', note: 'Read both.' };
    expect(refusal(run, now, by('nora'), review)).toEqual({ code: 'own_review' });
    expect(lineState(said(run, now, by('olga'), review), 'rollback_review', now)).toBe('pass');
  });
});

describe('a waiver', () => {
  const scene = () => storyTo('checklist_proved');
  const waive = (item: string, reason = 'The staging server is being rebuilt.'): Command => ({ type: 'waive_item', item, reason });

  it('R35 is given by the role named for the line with a reason, is in the chain, and opens the start', () => {
    const { run, now } = scene();
    const waived = said(run, now, by('sam'), waive('staging'));
    expect(lineState(waived, 'staging', now)).toBe('waived');
    expect(waived.waivers.staging).toEqual({
      by: by('sam'),
      at: now,
      expiresAt: plus(now, DAY),
      reason: 'The staging server is being rebuilt.',
    });
    const rest = answers(waived, now).filter(({ command }) => !('item' in command && command.item === 'staging'));
    const ready = rest.reduce((each, { command, actor }) => said(each, now, actor, command), waived);
    expect(openItems(ready, now)).toEqual([]);
    expect(readiness(ready, context(now))).toMatchObject({ code: 'approvals_open' });
  });

  it.each<[string, string, 'nora' | 'sam' | 'olga' | 'ana' | 'guest', object]>([
    ['a line without a setting by an operator', 'staging', 'olga', { code: 'not_yours_to_waive', who: '@sam, @kim (approver)' }],
    ['a line that names the operator by an approver', 'cpu', 'sam', { code: 'not_yours_to_waive', who: '@olga (operator)' }],
    ['by the one who asked for the plan', 'staging', 'nora', { code: 'not_yours_to_waive' }],
    ['by somebody without a role', 'staging', 'guest', { code: 'not_permitted' }],
    ['the proved backup', 'backup', 'sam', { code: 'not_waivable', item: 'Backup proved by a restore' }],
    ['the proved way back', 'rollback_proof', 'sam', { code: 'not_waivable' }],
    ['a line that passes', 'connections', 'sam', { code: 'already_so' }],
    ['a line that nobody knows', 'moon', 'sam', { code: 'unknown_item' }],
  ])('R35 is refused: %s', (_what, item, name, expected) => {
    const { run, now } = scene();
    expect(refusal(run, now, by(name), waive(item))).toMatchObject(expected);
  });

  it('R35 of the requester never counts, whatever role they have', () => {
    const { run, now } = scene();
    const own: Run = { ...run, requester: by('sam') };
    expect(refusal(own, now, by('sam'), waive('staging'))).toEqual({ code: 'own_waiver' });
  });

  it('R35 needs a reason', () => {
    const { run, now } = scene();
    expect(refusal(run, now, by('sam'), waive('staging', '  '))).toEqual({ code: 'reason_missing' });
  });

  it('expires like the evidence of people, and is undone by withdrawing', () => {
    const { run, now } = scene();
    const waived = said(run, now, by('sam'), waive('staging'));
    expect(lineState(waived, 'staging', plus(now, DAY - 1))).toBe('waived');
    expect(lineState(waived, 'staging', plus(now, DAY))).toBe('pending');
    expect(refusal(waived, now, by('kim'), waive('staging'))).toMatchObject({ code: 'already_so' });
    const undone = said(waived, plus(now, 1_000), by('ana'), { type: 'withdraw_item', item: 'staging' });
    expect(undone.waivers).toEqual({});
    expect(lineState(undone, 'staging', now)).toBe('pending');
  });

  it('R36 and the confirmation that came behind it are taken back together, so that the start is locked again', () => {
    const { run, now } = scene();
    const waived = said(run, now, by('sam'), waive('staging'));
    const confirmed = said(waived, plus(now, 1_000), by('olga'), { type: 'confirm_item', item: 'staging', note: 'Looked at 14 pages.' });
    expect(lineState(confirmed, 'staging', plus(now, 1_000))).toBe('pass');
    const open = said(confirmed, plus(now, 2_000), by('olga'), { type: 'withdraw_item', item: 'staging' });
    expect(lineState(open, 'staging', plus(now, 2_000))).toBe('pending');
  });

  it('R36 does not stand before the word of a person who takes it back', () => {
    const { run, now } = scene();
    const waived = said(run, now, by('sam'), waive('on_call'));
    const given = said(waived, plus(now, 1_000), by('ana'), { type: 'acknowledge_item', item: 'on_call' });
    expect(lineState(given, 'on_call', plus(now, 1_000))).toBe('pass');
    const back = said(given, plus(now, 2_000), by('ana'), { type: 'withdraw_item', item: 'on_call' });
    expect([back.acknowledged.on_call, lineState(back, 'on_call', plus(now, 2_000))]).toEqual([[], 'pending']);
    const half = said(
      said(run, now, by('olga'), { type: 'acknowledge_item', item: 'stakeholders' }),
      now,
      by('sam'),
      waive('stakeholders'),
    );
    const open = said(half, plus(now, 1_000), by('olga'), { type: 'withdraw_item', item: 'stakeholders' });
    expect([open.waivers, open.acknowledged.stakeholders?.length]).toEqual([{}, 1]);
  });

  it('is offered for what did not pass while the run holds, also once that reading has expired: nothing is read meanwhile', () => {
    const { run, now } = storyTo('holding_untouched');
    const later = plus(now, run.plan.timing.machineEvidenceMs);
    expect(lineState(run, 'connections', later)).toBe('expired');
    expect(waivableItems(run, later)).toEqual(['connections']);
    const fresh = storyTo('checklist_proved');
    expect(waivableItems(fresh.run, fresh.now)).not.toContain('connections');
  });

  it('R39 of a failing reading does not hold the preparation, and neither does reading it again', () => {
    const { run, now } = storyTo('holding_untouched');
    expect(lineState(run, 'connections', now)).toBe('fail');
    const waived = said(run, now, by('sam'), waive('connections', 'The report job holds them until 20:00.'));
    const resumed = said(waived, now, by('olga'), { type: 'resume' });
    const red = healthEvidence(run.plan, now, { connections: { verdict: 'breach', value: '86 %' } });
    expect(said(resumed, now, OFFPEAK, { type: 'record_evidence', evidence: red }).state).toBe('preparing');
    expect(said({ ...resumed, waivers: {} }, now, OFFPEAK, { type: 'record_evidence', evidence: red }).state).toBe('holding');
  });

  it('is not needed once the line passes by itself, and an outage of Slack ends in one (R16)', () => {
    const { run, now } = storyTo('checklist_untold');
    expect(lineState(run, 'notice', now)).toBe('fail');
    const waived = said(run, now, by('sam', 'terminal'), waive('notice', 'Slack is down; told by phone.'));
    expect(waivedItems(waived, now)).toEqual(['notice']);
    const told = said(waived, plus(now, 1_000), OFFPEAK, { type: 'record_evidence', evidence: noticeEvidence(run.plan, now) });
    expect(waivedItems(told, now)).toEqual([]);
  });

  it('property: only what the plan lets waive is ever waived, never by its requester, and never the proof', () => {
    const people = PEOPLE.map(({ name }) => by(name));
    const one = fc.record({
      item: fc.constantFrom(...ITEMS),
      who: fc.constantFrom(...people),
      reason: fc.constantFrom('', ' ', 'Because.'),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 40 }),
        fc.constantFrom('checklist' as const, 'checklist_proved' as const, 'approved' as const),
        (acts, where) => {
          const { run: first, now } = storyTo(where);
          const waivable = openItems(first, now).filter((key) => (lineOf(first.plan, key)?.waivers.length ?? 0) > 0);
          const run = acts.reduce((each, { item, who, reason }) => {
            const decision = decide(each, { type: 'waive_item', item, reason }, { now, actor: who, people: PEOPLE, sha256 });
            return decision.ok
              ? decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor: who }), each)
              : each;
          }, first);
          for (const [key, waiver] of Object.entries(run.waivers)) {
            expect(waivable).toContain(key);
            expect(NEVER_WAIVED).not.toContain(key);
            expect(waiver.by.id).not.toBe(run.requester.id);
            expect(waiver.reason.trim()).not.toBe('');
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a personal line', () => {
  const acknowledge = (item: string): Command => ({ type: 'acknowledge_item', item });

  it('R17 passes once every stakeholder has acknowledged, each for themself', () => {
    const { run, now } = storyTo('checklist_proved');
    const sam = said(run, now, by('sam'), acknowledge('stakeholders'));
    expect(lineState(sam, 'stakeholders', now)).toBe('pending');
    const both = said(sam, now, by('olga'), acknowledge('stakeholders'));
    expect(lineState(both, 'stakeholders', now)).toBe('pass');
    expect(lineState(both, 'stakeholders', plus(now, DAY))).toBe('expired');
    expect(refusal(both, now, by('olga'), acknowledge('stakeholders'))).toMatchObject({ code: 'already_so' });
  });

  it('R17 the click of anybody else is refused with who may, and nobody confirms for another', () => {
    const { run, now } = storyTo('checklist_proved');
    const who = { code: 'personal_line', item: 'Stakeholders told', who: '@sam, @olga' };
    expect(refusal(run, now, by('nora'), acknowledge('stakeholders'))).toEqual(who);
    expect(refusal(run, now, by('nora'), { type: 'confirm_item', item: 'stakeholders', note: 'They know.' })).toEqual(who);
  });

  it('R18 another user\u2019s click on I\u2019m available is refused; the on-call\u2019s own is enough', () => {
    const { run, now } = storyTo('checklist_proved');
    expect(refusal(run, now, by('olga'), acknowledge('on_call'))).toEqual({
      code: 'personal_line',
      item: 'On-call available',
      who: '@ana',
    });
    expect(lineState(said(run, now, by('ana'), acknowledge('on_call')), 'on_call', now)).toBe('pass');
  });

  it('R18 whom a source names as on call counts instead of the role, and a change of shift asks again', () => {
    const { run, now } = storyTo('checklist_ready');
    const shift = said(run, now, OFFPEAK, { type: 'record_on_call', people: ['U0KIM'] });
    expect(lineState(shift, 'on_call', now)).toBe('pending');
    expect(refusal(shift, now, by('ana'), acknowledge('on_call'))).toMatchObject({ code: 'personal_line', who: '@kim' });
    expect(lineState(said(shift, now, by('kim'), acknowledge('on_call')), 'on_call', now)).toBe('pass');
    expect(refusal(shift, now, OFFPEAK, { type: 'record_on_call', people: ['U0KIM'] })).toMatchObject({ code: 'already_so' });
  });

  it('can be renewed in the second half of its life, so that a scheduled run need not wait for it to run out', () => {
    const { run, now } = storyTo('checklist_ready');
    const later = plus(now, DAY / 2 + 60_000);
    expect(said(run, later, by('ana'), acknowledge('on_call')).acknowledged.on_call).toHaveLength(1);
  });

  it('R36 is taken back by the one who gave it alone', () => {
    const { run, now } = storyTo('checklist_ready');
    expect(refusal(run, now, by('nora'), { type: 'withdraw_item', item: 'on_call' })).toMatchObject({ code: 'personal_line' });
    const back = said(run, now, by('ana'), { type: 'withdraw_item', item: 'on_call' });
    expect(lineState(back, 'on_call', now)).toBe('pending');
    expect(refusal(back, now, by('ana'), { type: 'withdraw_item', item: 'on_call' })).toMatchObject({ code: 'already_so' });
  });
});

describe('R36 un-ticking before the start', () => {
  it.each(['checklist_one_approval', 'approved', 'scheduled'] as const)('locks the start again while %s', (where) => {
    const { run, now } = storyTo(where);
    for (const [item, who] of [
      ['staging', 'nora'],
      ['rollback_review', 'olga'],
      ['on_call', 'ana'],
      ['stakeholders', 'sam'],
    ] as const) {
      const open = said(run, now, by(who), { type: 'withdraw_item', item });
      expect(openItems(open, now)).toEqual([item]);
      const start = refusal(open, now, by('olga'), { type: 'start' });
      expect(start).toMatchObject({ code: 'items_open', items: [expect.stringContaining('(pending)')] });
    }
  });

  it('of a scheduled run keeps the first write from happening, though preparation opens by itself', () => {
    const { run, now } = storyTo('scheduled');
    const open = said(run, now, by('nora'), { type: 'withdraw_item', item: 'staging' });
    const ready = storyTo('preparing_ready').run;
    const { staging: _, ...evidence } = ready.evidence;
    const at = evening('19:00');
    const begun = said({ ...ready, evidence }, at, OFFPEAK, {
      type: 'begin_migrating',
      baseline: BASELINE,
      fingerprint: run.plan.fingerprint,
      newestSample: at,
    });
    expect(open.evidence.staging).toBeUndefined();
    expect(begun).toMatchObject({
      state: 'holding',
      holding: { reason: 'evidence', detail: expect.stringContaining('Staging looked at (pending)') },
    });
  });

  it('is over with the first write: nothing is withdrawn or waived any more', () => {
    const { run, now } = storyTo('migrating');
    expect(refusal(run, now, by('nora'), { type: 'withdraw_item', item: 'staging' })).toMatchObject({ code: 'wrong_state' });
    expect(refusal(run, now, by('sam'), { type: 'waive_item', item: 'staging', reason: 'x' })).toMatchObject({ code: 'wrong_state' });
  });
});

describe('R16 the notice', () => {
  it('is recorded with its permalink before anybody starts the checklist, and nothing else is', () => {
    const { run, now } = storyTo('planned');
    expect(run.evidence.notice?.permalink).toMatch(/^https:/);
    expect(refusal(run, now, OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(run.plan, now) })).toMatchObject({
      code: 'wrong_state',
    });
  });

  it('that failed keeps the start locked with the reason', () => {
    const { run, now } = storyTo('checklist_untold');
    const answered = answers(run, now).reduce((each, { command, actor }) => said(each, now, actor, command), run);
    expect(refusal(answered, now, by('olga'), { type: 'start' })).toMatchObject({
      code: 'items_open',
      items: ['Team told in the channel (fail)'],
    });
  });
});
