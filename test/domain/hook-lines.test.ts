import { describe, expect, it } from 'vitest';
import {
  checklistFor,
  describeLineChanges,
  healthLines,
  lineOf,
  lineState,
  PLAIN_CHECKLIST,
  waivableItems,
} from '../../src/domain/checklist.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { linesToRead } from '../../src/domain/health-due.ts';
import { plus } from '../../src/domain/instant.ts';
import { titleOf, type Evidence, type Verdict } from '../../src/domain/items.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { actionId, parseActionId } from '../../src/slack/actions.ts';
import { aPlan, by, CHECKLIST, evening, healthEvidence, PEOPLE, sha256, SOURCES } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

const HOOK = 'hook:health-checks' as const;
const plan = aPlan({ items: checklistFor([...SOURCES, HOOK], CHECKLIST) });

function said(run: Run, at: string, actor: Actor, command: Command): Run {
  const decision = decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at, actor }), run);
}

/** Everything green but the hook, which says this. */
function read(run: Run, at: string, verdict: Verdict, life = run.plan.timing.machineEvidenceMs): Run {
  const hook: Partial<Evidence> = { verdict, value: 'code 1 after 2.0 s', limit: 'ends with code 0', expiresAt: plus(at, life) };
  return said(run, at, OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(run.plan, at, { [HOOK]: hook }) });
}

describe("a line for each of the team's hooks with when: [check] (R25 R26 R27)", () => {
  it('stands behind the lines of the runbook, is read by a machine, and an approver may waive it', () => {
    expect(lineOf(plan, HOOK)).toEqual({ key: HOOK, kind: 'machine', waivers: ['approver'] });
    expect(plan.items?.at(-1)?.key).toBe(HOOK);
    expect(healthLines(plan)).toContain(HOOK);
    expect(titleOf(HOOK)).toBe('Hook health-checks');
    expect(checklistFor([], PLAIN_CHECKLIST).some(({ key }) => key.startsWith('hook:'))).toBe(false);
  });

  it('a hook that is new in the configuration voids the approvals, and the card says so', () => {
    expect(describeLineChanges({ items: checklistFor(SOURCES, CHECKLIST) }, plan)).toEqual([
      'The checklist changed in the configuration: Hook health-checks is new (read by a machine).',
    ]);
  });

  it.each([
    ['breach', 'fail'],
    ['unknown', 'unknown'],
  ] as const)('that says %s keeps the start locked, and a waiver of its line lets it stay open', (verdict, state) => {
    const { run, now } = storyTo('checklist', { plan });
    const red = read(run, now, verdict);
    expect(lineState(red, HOOK, now)).toBe(state);
    expect(waivableItems(red, now)).toContain(HOOK);
    const waived = said(red, now, by('sam'), { type: 'waive_item', item: HOOK, reason: 'The script is broken; looked by hand.' });
    expect(lineState(waived, HOOK, now)).toBe('waived');
    expect(lineState(said(waived, now, by('sam'), { type: 'withdraw_item', item: HOOK }), HOOK, now)).toBe(state);
  });

  it('that fails in preparation holds the run before anything is written', () => {
    const { run } = storyTo('preparing', { plan });
    const held = read(run, evening('18:46'), 'breach');
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'not_green' } });
    expect(held.holding?.detail).toBe('Hook health-checks: code 1 after 2.0 s (limit ends with code 0)');
  });

  it('is not run again because a number beside it is red: only when its own line is due', () => {
    const { run, now } = storyTo('checklist', { plan });
    expect(linesToRead(run, now)).toContain(HOOK);
    const life = plan.timing.machineEvidenceMs;
    const green = said(run, now, OFFPEAK, {
      type: 'record_evidence',
      evidence: healthEvidence(plan, now, { cpu: { verdict: 'breach', value: '91 %' } }),
    });
    const soon = plus(now, life / 10);
    expect(nextStep(green, soon)).toEqual({ kind: 'step', step: 'check' });
    expect(linesToRead(green, soon)).toContain('cpu');
    expect(linesToRead(green, soon)).not.toContain(HOOK);
    expect(linesToRead(green, plus(now, (life * 3) / 4))).toContain(HOOK);
    expect(linesToRead(read(run, now, 'breach'), soon)).toContain(HOOK);
  });

  it('R38 R46 is run anew by preparation, and once more at T-5', () => {
    const { run } = storyTo('preparing', { plan });
    expect(linesToRead(run, evening('18:45:10'))).toContain(HOOK);
    const fresh = read(run, evening('18:46'), 'pass');
    expect(linesToRead(fresh, evening('18:47'))).not.toContain(HOOK);
    expect(linesToRead(fresh, evening('18:55'))).toContain(HOOK);
  });

  it('has buttons of its own: what a button carries is read whole', () => {
    expect(parseActionId(actionId('withdraw_item', HOOK))).toEqual({ action: 'withdraw_item', item: HOOK });
  });
});
