import { describe, expect, it } from 'vitest';
import { CLICKS } from '../../handlers/index.ts';
import { aRunIn, by, storyTo, type Scene as Story } from '../support/runs.ts';
import { wordsOf } from '../slack/scenes.ts';
import { aScene, type Scene } from './a-visit.ts';

/** A run that has gone on to `now` while somebody still looks at the card of `drawn`. */
async function pressed(scenes: { drawn: Story; now: Story }, name: Parameters<Scene['click']>[0], press: Parameters<Scene['click']>[2]) {
  const { run, now } = storyTo(scenes.now);
  const scene = aScene([run]);
  scene.tools.ledger.set(now);
  await scene.tools.ledger.save({ runId: run.id, key: 'card', channel: 'C0D', ts: '1795.000100', hash: '', postedAt: now });
  await CLICKS[press.action](scene.tools, scene.click(name, aRunIn(scenes.drawn), press));
  return {
    ...scene,
    before: run,
    after: await scene.tools.ledger.load(run.id),
    words: wordsOf({ blocks: scene.seen.told[0]?.blocks ?? [] }),
  };
}

const approve = (drawn: Story) => ({ action: 'approve', extra: aRunIn(drawn).digest }) as const;

describe('a stale button', () => {
  it.each<[string, { drawn: Story; now: Story }, string]>([
    ['a rejection', { drawn: 'checklist_one_approval', now: 'rejected' }, 'This run is cancelled'],
    ['a plan edit', { drawn: 'checklist_one_approval', now: 'checklist_revised' }, 'The rehearsal is not in yet'],
    ['the first write', { drawn: 'checklist_one_approval', now: 'migrating' }, '@nora started it'],
  ])('T3 Approve after %s is refused, says since when, leads to the card and repairs it', async (_what, scenes, reason) => {
    const { seen, before, after, words } = await pressed(scenes, 'kim', approve(scenes.drawn));
    expect(after).toEqual(before);
    expect(words).toContain(reason);
    expect(words).toContain('Nothing was changed.');
    expect(words).toContain('<https://acme.slack.test/archives/C0D/p1795000100|Current card of run #42>');
    expect(seen.poked).toEqual([before.id]);
  });

  it('T3 Approve for a digest that was edited since is refused, whoever presses', async () => {
    const run = aRunIn('checklist_one_approval');
    const { after, words } = await pressed({ drawn: 'checklist', now: 'checklist_one_approval' }, 'kim', {
      action: 'approve',
      extra: 'f'.repeat(64),
    });
    expect(after?.approvals).toEqual(run.approvals);
    expect(words).toContain('The plan has changed since this message was drawn');
  });

  it('T3 an approval that has expired counts no more, and the same person may give it again', async () => {
    const { after, seen } = await pressed({ drawn: 'scheduled_expired', now: 'scheduled_expired' }, 'sam', approve('scheduled_expired'));
    expect(seen.told).toEqual([]);
    expect(after?.approvals.map(({ by: approver }) => approver.name)).toEqual(['sam', 'kim', 'sam']);
  });

  it('T3 an approval that expired on the way to the first write can be given again in preparation', async () => {
    const { after, seen } = await pressed({ drawn: 'preparing_expired', now: 'preparing_expired' }, 'kim', approve('preparing_expired'));
    expect(seen.told).toEqual([]);
    expect(after).toMatchObject({ state: 'preparing', approvals: [{}, {}, { by: { name: 'kim' } }] });
  });

  it('T3 Start after the approvals have expired is refused', async () => {
    const { after, words } = await pressed({ drawn: 'scheduled', now: 'scheduled_expired' }, 'nora', { action: 'start' });
    expect(after?.state).toBe('scheduled');
    expect(words).toMatch(/Nothing was|not touched/);
  });

  it.each<[Parameters<Scene['click']>[2]['action'], Story, string]>([
    ['roll_back', 'migrating', 'stopping'],
    ['confirm_presence', 'holding', 'holding'],
    ['start_checklist', 'planned', 'checklist'],
  ])('T4 %s from before a restart works: the button carries all that is needed', async (action, story, state) => {
    const { after, seen } = await pressed({ drawn: story, now: story }, action === 'roll_back' ? 'ana' : 'nora', { action });
    expect(after?.state).toBe(state);
    expect(seen.told).toEqual([]);
  });

  it('T4 a button whose run the ledger does not know explains itself', async () => {
    const scene = aScene([]);
    await CLICKS.roll_back(scene.tools, scene.click('ana', aRunIn('migrating'), { action: 'roll_back' }));
    expect(scene.seen.told[0]?.text).toContain('There is no open run');
    expect(scene.seen.told[0]?.text).toContain('Nothing was changed.');
  });

  it('T5 Roll back while a stop is under way goes before it, and nothing goes forward afterwards', async () => {
    const { after } = await pressed({ drawn: 'migrating', now: 'migrating_stop_requested' }, 'ana', { action: 'roll_back' });
    expect(after?.state).toBe('stopping');
    expect(after?.rollback?.by).toEqual(by('ana'));
  });

  it('T5 Stop after a rollback was pressed is refused with who pressed it', async () => {
    const { after, words } = await pressed({ drawn: 'migrating', now: 'stopping' }, 'nora', { action: 'stop_after_step' });
    expect(after?.state).toBe('stopping');
    expect(words).toMatch(/This run is stopping.*@ana pressed Roll back <!date/s);
  });

  it('T5 Approve after Cancel is refused, and the run stays cancelled', async () => {
    const { after, words } = await pressed({ drawn: 'checklist_one_approval', now: 'cancelled' }, 'kim', approve('checklist_one_approval'));
    expect(after?.state).toBe('cancelled');
    expect(words).toMatch(/This run is cancelled.*It ended <!date/s);
  });

  it('T5 Resume after somebody else resumed is refused, and resumes nothing twice', async () => {
    const { after, words } = await pressed({ drawn: 'holding', now: 'migrating' }, 'nora', { action: 'resume' });
    expect(after?.state).toBe('migrating');
    expect(words).toContain('nothing to resume');
  });

  it('R5 does without the link when nobody knows where the card stands', async () => {
    const { run, now } = storyTo('preparing');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    await CLICKS.start(scene.tools, scene.click('nora', run, { action: 'start' }));
    expect(scene.seen.told[0]?.text).toContain('@nora started it');
    expect(JSON.stringify(scene.seen.told[0]?.blocks)).not.toContain('|Current card');
  });
});

describe('a failed rollback', () => {
  it('can be closed by hand, and the dialog said what stays', async () => {
    const { after } = await pressed({ drawn: 'rollback_failed', now: 'rollback_failed' }, 'olga', { action: 'close_failed' });
    expect(after).toMatchObject({ state: 'failed', end: { remaining: ['0008', '0007'] } });
  });

  it('is not closed by those who may only roll back', async () => {
    const { after } = await pressed({ drawn: 'rollback_failed', now: 'rollback_failed' }, 'ana', { action: 'close_failed' });
    expect(after?.state).toBe('rollback_failed');
  });
});
