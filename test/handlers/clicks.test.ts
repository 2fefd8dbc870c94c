import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { CLICKS } from '../../handlers/index.ts';
import { unknownClick } from '../../handlers/unknown.ts';
import type { Action } from '../../src/slack/actions.ts';
import { aRunIn, evening, storyTo, type Scene as Story } from '../support/runs.ts';
import { aScene, type Scene, type Weather } from './a-visit.ts';

async function press(
  story: Story,
  name: Parameters<Scene['click']>[0],
  pressed: { action: Action; item?: string; extra?: string; value?: string },
  weather: Weather = {},
): Promise<Scene & { readonly after: string }> {
  const { run, now } = storyTo(story);
  const scene = aScene([run], weather);
  scene.tools.ledger.set(now);
  await CLICKS[pressed.action](scene.tools, scene.click(name, run, pressed));
  return { ...scene, after: (await scene.tools.ledger.load(run.id))?.state ?? '' };
}

describe('a button', () => {
  it.each<[Story, Parameters<Scene['click']>[0], Parameters<Scene['click']>[2], string]>([
    ['planned', 'nora', { action: 'start_checklist' }, 'checklist'],
    ['approved', 'nora', { action: 'start' }, 'preparing'],
    ['approved', 'olga', { action: 'schedule', extra: evening('21:00') }, 'scheduled'],
    ['checklist_one_approval', 'kim', { action: 'approve', extra: aRunIn('checklist_one_approval').digest }, 'approved'],
    ['migrating', 'ana', { action: 'roll_back' }, 'stopping'],
    ['migrating', 'ana', { action: 'stop_after_step' }, 'migrating'],
    ['migrating', 'ana', { action: 'confirm_presence' }, 'migrating'],
    ['holding', 'nora', { action: 'resume' }, 'migrating'],
    ['approved', 'nora', { action: 'cancel' }, 'cancelled'],
    ['checklist_ready', 'nora', { action: 'withdraw_item', item: 'staging' }, 'checklist'],
    ['checklist_proved', 'sam', { action: 'acknowledge' }, 'checklist'],
    ['checklist_proved', 'ana', { action: 'confirm_available' }, 'checklist'],
    ['checklist_waived', 'nora', { action: 'withdraw_item', item: 'cpu' }, 'checklist'],
  ])('in %s pressed by %s does %j', async (story, name, pressed, state) => {
    const { seen, after } = await press(story, name, pressed);
    expect(after).toBe(state);
    expect(seen.told).toEqual([]);
    expect(seen.poked).toHaveLength(1);
    expect(seen.order[0]).toBe('ack');
  });

  it.each<[string, Parameters<Scene['click']>[0], Action, string]>([
    ['R17 Acknowledge', 'nora', 'acknowledge', '@sam, @olga personally'],
    ["R18 I'm available", 'olga', 'confirm_available', '@ana personally'],
  ])('%s of another person is refused with who may', async (_what, name, action, who) => {
    const { seen, tools } = await press('checklist_proved', name, { action });
    expect(seen.told[0]?.text).toContain(who);
    expect(seen.told[0]?.text).toContain('Nothing was changed.');
    expect((await tools.ledger.history({ limit: 5 })).length).toBe(0);
  });

  it('that is refused tells only its person why, in the thread, and repairs the message (R5)', async () => {
    const { seen } = await press('migrating', 'sam', { action: 'stop_after_step' });
    expect(seen.told).toMatchObject([{ to: 'U0SAM', thread: '1795.1' }]);
    expect(seen.told[0]?.text).toContain('@nora, @olga, @ana');
    expect(seen.poked).toHaveLength(1);
  });

  it('pressed by two people has one effect, and the second is told who was first (T2)', async () => {
    const { run, now } = storyTo('migrating');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    await Promise.all(
      ['ana', 'olga'].map((name) => CLICKS.roll_back(scene.tools, scene.click(name as 'ana', run, { action: 'roll_back' }))),
    );
    expect((await scene.tools.ledger.history({ limit: 10 })).map((link) => link.event.type)).toEqual(['rollback_requested']);
    expect(scene.seen.told).toHaveLength(1);
    expect(scene.seen.told[0]?.text).toMatch(/^@ana pressed Roll back first/);
  });

  it('T2 Start checklist pressed twice says who started it and when', async () => {
    const { run, now } = storyTo('planned');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    for (const name of ['nora', 'olga'] as const)
      await CLICKS.start_checklist(scene.tools, scene.click(name, run, { action: 'start_checklist' }));
    expect(scene.seen.told.map(({ to }) => to)).toEqual(['U0OLGA']);
    expect(scene.seen.told[0]?.text).toMatch(/^@nora started the checklist at 2026-11-24 \d\d:\d\d UTC\. Nothing was changed\./);
  });

  it.each<[Story, Parameters<Scene['click']>[0], Parameters<Scene['click']>[2], RegExp]>([
    ['planned', 'nora', { action: 'start_checklist' }, /the checklist is started/],
    ['checklist_ready', 'nora', { action: 'withdraw_item', item: 'staging' }, /"Staging looked at" is withdrawn/],
    ['checklist_proved', 'ana', { action: 'confirm_available' }, /your word on "On-call available"/],
    ['checklist_proved', 'sam', { action: 'approve', extra: aRunIn('checklist_proved').digest }, /your approval\./],
    ['checklist_one_approval', 'kim', { action: 'approve', extra: aRunIn('checklist_one_approval').digest }, /it was the last one needed/],
    ['approved', 'olga', { action: 'schedule', extra: evening('21:00') }, /first write 2026-11-24 21:00 UTC/],
    ['approved', 'nora', { action: 'start' }, /preparation begins/],
    ['approved', 'nora', { action: 'cancel' }, /cancelled. The database was not touched/],
    ['migrating', 'ana', { action: 'stop_after_step' }, /stops after this step/],
    ['migrating', 'ana', { action: 'roll_back' }, /Roll back. The running statement is stopped/],
    ['holding', 'nora', { action: 'resume' }, /it goes on/],
    ['rollback_failed', 'nora', { action: 'close_failed' }, /closed by hand/],
  ])('R5 in %s pressed by %s while Slack does not take the card says what was recorded: %j', async (story, name, pressed, words) => {
    const { seen } = await press(story, name, pressed, { unseen: true });
    expect(seen.told).toHaveLength(1);
    expect(seen.told[0]?.text).toMatch(
      /^Recorded for #42 .* · acme: .* The card follows when Slack takes it; there is no need to press again\.$/,
    );
    expect(seen.told[0]?.text).toMatch(words);
    expect(seen.order.indexOf('poke')).toBeLessThan(seen.order.indexOf('ephemeral'));
  });

  it('does not approve another digest than the one that was on the message (invariant 3)', async () => {
    const { seen, after } = await press('checklist_one_approval', 'kim', { action: 'approve', extra: 'f'.repeat(64) });
    expect(after).toBe('checklist');
    expect(seen.told[0]?.text).toContain('The plan has changed');
  });

  it('pressed in peak hours comes back with the button for the next moment', async () => {
    const { run } = storyTo('approved');
    const fresh = {
      ...run,
      evidence: Object.fromEntries(Object.entries(run.evidence).map(([k, e]) => [k, { ...e, expiresAt: '2026-11-26T00:00:00.000Z' }])),
    };
    const scene = aScene([fresh]);
    scene.tools.ledger.set('2026-11-25T10:00:00.000Z');
    await CLICKS.start(scene.tools, scene.click('nora', fresh, { action: 'start' }));
    expect(JSON.stringify(scene.seen.told[0]?.blocks)).toContain(':2026-11-25T17:00:00.000Z');
  });

  it('of another version is acknowledged and explained (T4, T6)', async () => {
    const { seen } = await press('migrating', 'ana', { action: 'roll_back', value: 'plan:42:v7' });
    expect(seen.told[0]?.text).toContain('another version');
    const scene = aScene([]);
    await unknownClick(scene.tools, scene.click('ana', aRunIn('planned'), { action: 'cancel' }));
    expect(scene.seen.acks).toHaveLength(1);
    expect(scene.seen.told).toHaveLength(1);
  });

  it('still works when the acknowledgement fails (T7)', async () => {
    expect((await press('migrating', 'ana', { action: 'roll_back' }, { failing: ['ack'] })).after).toBe('stopping');
  });

  it('answers in direct messages when the channel does not take it (R6, T20)', async () => {
    const { seen } = await press('migrating', 'sam', { action: 'stop_after_step' }, { failing: ['ephemeral'] });
    expect(seen.order.slice(-2)).toEqual(['ephemeral', 'message']);
    expect(seen.told).toHaveLength(1);
  });

  it('says what failed with an id when something broke, and no secret of it (R9)', async () => {
    const { run } = storyTo('migrating');
    const scene = aScene([run]);
    scene.tools.ledger.break(new Error('connect ECONNREFUSED postgres://offpeak:hunter2@db'));
    await CLICKS.roll_back(scene.tools, scene.click('ana', run, { action: 'roll_back' }));
    expect(scene.seen.told[0]?.text).toMatch(/Error id [0-9a-f]{8}/);
    expect(scene.seen.told[0]?.text).not.toContain('hunter2');
  });
});

describe('a button that opens a window', () => {
  it.each<[Action, string, Story]>([
    ['confirm_item', 'staging', 'checklist'],
    ['reject', '', 'checklist_proved'],
    ['ask_waive', '', 'checklist_proved'],
    ['ask_raise', '', 'checklist_trivial'],
    ['view_sql', '', 'planned'],
    ['open_report', '', 'completed'],
  ])('%s opens one, whoever looks', async (action, item, story) => {
    const { seen } = await press(story, 'stranger', { action, item });
    expect(seen.modals).toHaveLength(1);
    expect(seen.told).toEqual([]);
  });

  it.each([new WebAPIPlatformError({ ok: false, error: 'invalid_blocks' }), new WebAPIRateLimitedError(1)])(
    'says so when Slack could not open it (T7): %s',
    async (failure) => {
      const { seen } = await press('planned', 'nora', { action: 'view_sql' }, { failing: ['open'], failure });
      expect(seen.told[0]?.text).toBe('⚠️ Slack could not open the window. Nothing was done. Press the button again.');
    },
  );

  it.each([new WebAPIRequestError(new Error('socket hang up')), new WebAPIPlatformError({ ok: false, error: 'internal_error' })])(
    'says that it may have opened when the answer was lost (T7, T12): %s',
    async (failure) => {
      const { seen } = await press('planned', 'nora', { action: 'view_sql' }, { failing: ['open'], failure });
      expect(seen.told[0]?.text).toMatch(/may have opened. Nothing was done yet. If it is not there, press the button again.$/);
    },
  );

  it('opens it without a word when Slack takes it', async () => {
    const { seen } = await press('planned', 'nora', { action: 'view_sql' });
    expect([seen.modals.length, seen.told]).toEqual([1, []]);
  });

  it('fills the long report from the audit chain', async () => {
    const { run, now } = storyTo('migrating');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    await CLICKS.roll_back(scene.tools, scene.click('ana', run, { action: 'roll_back' }));
    await CLICKS.open_report(scene.tools, scene.click('ana', run, { action: 'open_report' }));
    expect(JSON.stringify(scene.seen.modals[0])).toContain('pressed Roll back · @ana');
  });
});
