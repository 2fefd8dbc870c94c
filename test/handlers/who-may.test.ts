import { describe, expect, it } from 'vitest';
import { CLICKS, registerHandlers } from '../../handlers/index.ts';
import type { Tools } from '../../handlers/tools.ts';
import type { Person } from '../../src/domain/people.ts';
import type { Action } from '../../src/slack/actions.ts';
import { aRunIn, PEOPLE, storyTo, type Scene as Story } from '../support/runs.ts';
import { aScene, type Scene, type Weather } from './a-visit.ts';

type Pressed = { readonly action: Action; readonly extra?: string };

async function press(story: Story, name: Parameters<Scene['click']>[0], pressed: Pressed, weather: Weather = {}) {
  const { run, now } = storyTo(story);
  const scene = aScene([run], weather);
  scene.tools.ledger.set(now);
  await CLICKS[pressed.action](scene.tools, scene.click(name, run, pressed));
  const after = await scene.tools.ledger.load(run.id);
  return { ...scene, after: after?.state ?? '', run: after };
}

const APPROVE: Pressed = { action: 'approve', extra: aRunIn('checklist_proved').digest };
const ACCOUNTS = ['guest', 'bot', 'deleted', 'stranger'] as const;

describe('R7 who may press', () => {
  it('refuses people without a role and names whom to ask', async () => {
    const { seen, after } = await press('planned', 'stranger', { action: 'start_checklist' });
    expect(after).toBe('planned');
    expect(seen.told[0]?.text).toContain('Ask @nora, @olga to add your Slack id U0STRANGER');
  });

  it.each(ACCOUNTS)('T18 R7 refuses a %s at the click, whatever the configuration says', async (membership) => {
    const { seen, run } = await press('checklist_proved', 'sam', APPROVE, { membership });
    expect(run?.approvals).toEqual([]);
    expect(seen.told[0]?.text).toMatch(/Nothing was changed/);
  });

  it.each(ACCOUNTS)('T18 somebody whom Slack last called a %s does not roll back either', async (lastKnown) => {
    const { seen, after } = await press('migrating', 'ana', { action: 'roll_back' }, { lastKnown });
    expect(after).toBe('migrating');
    expect(seen.told[0]?.text).toMatch(/Nothing was changed/);
  });

  it('T18 asks Slack at each click, so that who was deactivated since the last one is refused', async () => {
    const { run, now } = storyTo('checklist_proved');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    const answers = ['member', 'deleted'] as const;
    let asked = 0;
    const tools: Tools = { ...scene.tools, membership: async () => answers[asked++] ?? 'unknown' };
    await CLICKS.approve(tools, scene.click('sam', run, APPROVE));
    await CLICKS.approve(tools, scene.click('kim', run, APPROVE));
    expect((await scene.tools.ledger.load(run.id))?.approvals.map(({ by }) => by.name)).toEqual(['sam']);
    expect(scene.seen.told[0]?.text).toContain('This account is deactivated');
  });

  it('T18 a second account of the author is the author, and approves nothing', async () => {
    const { run, now } = storyTo('checklist_proved');
    const people: readonly Person[] = PEOPLE.map((person) =>
      person.name === 'nora' ? { ...person, roles: ['requester', 'approver'], accounts: ['U0NORA2'] } : person,
    );
    const scene = aScene([run], { people });
    scene.tools.ledger.set(now);
    const { user, ...click } = scene.click('nora', run, APPROVE);
    await CLICKS.approve(scene.tools, { ...click, user: { ...user, id: 'U0NORA2' } });
    const given = scene.tools.ledger.commands.at(-1);
    expect(given?.actor).toEqual({ id: 'U0NORA', name: 'nora', via: 'slack' });
    expect((await scene.tools.ledger.load(run.id))?.approvals).toEqual([]);
  });

  it('R7 lets nothing go forward while Slack does not say who somebody is, and everything go back', async () => {
    const forward = await press('checklist_proved', 'kim', APPROVE, { membership: 'unknown' });
    expect(forward.run?.approvals).toEqual([]);
    expect(forward.seen.told[0]?.text).toMatch(/nothing was changed.*Rolling back and stopping still work/);
    expect((await press('migrating', 'ana', { action: 'roll_back' }, { membership: 'unknown' })).after).toBe('stopping');
  });

  it('R7 does not wait for Slack when somebody rolls back', async () => {
    const { run, now } = storyTo('migrating');
    const scene = aScene([run]);
    scene.tools.ledger.set(now);
    const tools: Tools = { ...scene.tools, membership: () => new Promise(() => {}) };
    await CLICKS.roll_back(tools, scene.click('ana', run, { action: 'roll_back' }));
    expect((await scene.tools.ledger.load(run.id))?.state).toBe('stopping');
  });

  it('tells the requester who is no approver both reasons', async () => {
    const { seen } = await press('checklist_proved', 'nora', APPROVE);
    expect(seen.told[0]?.text).toMatch(/It may be done by @sam, @kim\..*you asked for this plan yourself/);
  });

  it('T19 a role that nobody has fails closed, and is said at the start', async () => {
    const people: readonly Person[] = PEOPLE.map((person) => ({ ...person, roles: person.name === 'nora' ? ['requester'] : [] }));
    const { run, now } = storyTo('checklist_proved');
    const { tools, seen, click } = aScene([run], { people });
    tools.ledger.set(now);
    const bolt = { action() {}, view() {}, command() {}, event() {} };
    registerHandlers(bolt as never, tools);
    expect(tools.logged.filter((line) => line.startsWith('nobody in the configuration has this role'))).toHaveLength(3);
    await CLICKS.approve(tools, click('sam', run, APPROVE));
    expect((await tools.ledger.load(run.id))?.approvals).toEqual([]);
    expect(seen.told[0]?.text).toContain('It may be done by nobody in the configuration');
  });
});
