import { describe, expect, it } from 'vitest';
import { checklistFor } from '../../src/domain/checklist.ts';
import { decide } from '../../src/domain/decide.ts';
import { drillOffered } from '../../src/domain/decide/drill.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Evidence } from '../../src/domain/items.ts';
import { FAILED_ATTEMPT, nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { checklist } from '../../src/slack/render/checklist.ts';
import { aPlan, by, CHECKLIST, healthEvidence, PEOPLE, sha256, SOURCES } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

const { run: proved, now } = storyTo('checklist_proved', { plan: aPlan({ items: checklistFor(SOURCES, CHECKLIST) }) });
const entry = (item: Evidence['item'], changes: Partial<Evidence> = {}): Evidence => ({
  item,
  verdict: 'breach',
  value: 'pg_restore ended with code 1',
  limit: '',
  source: FAILED_ATTEMPT,
  at: now,
  expiresAt: plus(now, 60_000),
  actor: OFFPEAK,
  ...changes,
});
const never = entry('restore_drill', { value: 'no backup of this target was restored yet', source: "the ledger's proofs" });
const health = Object.fromEntries(healthEvidence(proved.plan, now).map((each) => [each.item, each]));
/** Nothing was ever restored, and the attempt of this run failed. */
const broken: Run = {
  ...proved,
  rehearsal: proved.rehearsal && { ...proved.rehearsal, restoreError: 'pg_restore ended with code 1', at: now },
  evidence: { ...proved.evidence, ...health, restore_drill: never, backup: entry('backup') },
};
const given = (run: Run, who: Parameters<typeof by>[0] = 'olga') =>
  decide(run, { type: 'run_drill' }, { now, actor: by(who), people: PEOPLE, sha256 });
const buttons = (run: Run) => JSON.stringify(checklist({ run, now, samples: [], progress: null }, PEOPLE).blocks);

describe('R21 Run drill now', () => {
  it('is offered where nothing was restored this quarter and the attempt of this run failed', () => {
    expect(drillOffered(broken, now)).toBe(true);
    expect(buttons(broken)).toContain('Run drill now');
    expect(buttons(proved)).not.toContain('Run drill now');
  });

  it('takes a backup at once and restores it, instead of waiting until the failed attempt is due again', () => {
    expect(nextStep(broken, now)).toMatchObject({ kind: 'wait' });
    const decision = given(broken);
    const again = decision.ok
      ? decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor: by('olga') }), broken)
      : broken;
    expect(again.backup).toBeNull();
    const read: Run = { ...again, evidence: { ...again.evidence, restore_drill: never } };
    expect(nextStep(read, now)).toEqual({ kind: 'step', step: 'backup' });
  });

  it('is refused where it would change nothing: restored already, under way by itself, or past the start', () => {
    expect(given(proved)).toMatchObject({
      ok: false,
      refusal: { code: 'already_so', detail: expect.stringContaining('within the quarter') },
    });
    const red: Run = { ...proved, evidence: { ...proved.evidence, restore_drill: never } };
    expect(given(red)).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining('was restored, which is the drill') } });
    const { backup: _, rollback_proof: __, ...others } = broken.evidence;
    const underWay: Run = { ...broken, rehearsal: null, evidence: others };
    expect(given(underWay)).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining('that is the drill') } });
    expect(drillOffered(underWay, now)).toBe(false);
    expect(given(storyTo('migrating').run)).toMatchObject({ ok: false, refusal: { code: 'wrong_state' } });
  });

  it('is for requesters and operators', () => {
    expect(given(broken, 'nora').ok).toBe(true);
    expect(given(broken, 'ana')).toMatchObject({ ok: false, refusal: { code: 'not_permitted' } });
  });
});
