import { describe, expect, it } from 'vitest';
import { admitClick, admitSlash, admitSubmission } from '../../handlers/admission.ts';
import { inbox } from '../../handlers/inbox.ts';
import { CLICKS, SUBMISSIONS } from '../../handlers/index.ts';
import { migrate } from '../../handlers/migrate.ts';
import { CALLBACKS } from '../../src/slack/actions.ts';
import { storyTo, type Scene as Story } from '../support/runs.ts';
import { aScene, type Weather } from './a-visit.ts';

const CONFIRM = CALLBACKS.confirmItem;
const AGAIN = 'already done';

function at(story: Story, weather: Weather = {}) {
  const { run, now } = storyTo(story);
  const scene = aScene([run], weather);
  scene.tools.ledger.set(now);
  const submitted = SUBMISSIONS[CONFIRM];
  if (submitted === undefined) throw new Error('nobody listens to the window');
  return { ...scene, run, submitted: admitSubmission(inbox(), submitted) };
}

describe('the inbox', () => {
  it('T1 the same click twice has one effect, and the second is told that it is done', async () => {
    const { tools, seen, run, click } = at('migrating');
    const listener = admitClick(inbox(), CLICKS.confirm_presence);
    const once = click('ana', run, { action: 'confirm_presence' });
    await listener(tools, once);
    await listener(tools, once);
    expect(tools.ledger.commands).toHaveLength(1);
    expect(seen.acks).toHaveLength(2);
    expect(seen.told).toMatchObject([{ to: 'U0ANA', text: expect.stringContaining(AGAIN) }]);
  });

  it('T1 the same click twice at the same moment has one effect', async () => {
    const { tools, seen, run, click } = at('migrating');
    const listener = admitClick(inbox(), CLICKS.roll_back);
    const once = click('ana', run, { action: 'roll_back' });
    await Promise.all([listener(tools, once), listener(tools, once)]);
    expect(tools.ledger.commands).toHaveLength(1);
    expect(seen.told).toHaveLength(1);
  });

  it('T2 a real second click is not taken for a repetition: the person is told who was first', async () => {
    const { tools, seen, run, click } = at('migrating');
    const listener = admitClick(inbox(), CLICKS.roll_back);
    await listener(tools, click('ana', run, { action: 'roll_back' }));
    await listener(tools, click('ana', run, { action: 'roll_back' }));
    expect(seen.told[0]?.text).toMatch(/^@ana pressed Roll back first/);
  });

  it('T1 the same slash command twice has one effect', async () => {
    const { tools, seen, slash } = at('migrating');
    const listener = admitSlash(inbox(), migrate);
    const once = slash('ana', 'present');
    await listener(tools, once);
    await listener(tools, once);
    expect(tools.ledger.commands).toHaveLength(1);
    expect(seen.acks[1]).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining(AGAIN) });
  });

  it('T1 T22 the same window submitted twice records its evidence once', async () => {
    const { tools, seen, run, submission, submitted } = at('checklist_proved');
    const once = submission('nora', run, { callback: CONFIRM, extra: 'staging', note: 'Looked at the list.' });
    await submitted(tools, once);
    await submitted(tools, once);
    expect(tools.ledger.commands).toHaveLength(1);
    expect(seen.acks).toEqual([undefined, undefined]);
    expect(seen.told[0]?.text).toContain(AGAIN);
  });

  it('T22 a window that was refused may be submitted again, from the same view', async () => {
    const { tools, run, submission, submitted } = at('checklist_proved');
    const first = submission('nora', run, { callback: CONFIRM, extra: 'staging', note: ' ' });
    await submitted(tools, first);
    await submitted(tools, { ...first, note: 'Looked at the list.' });
    expect((await tools.ledger.load(run.id))?.evidence.staging?.value).toBe('Looked at the list.');
  });

  it('T23 people of another workspace are turned away from everything, also from looking', async () => {
    const { tools, seen, run, click, slash, submission, submitted } = at('migrating', { team: 'T0OTHER' });
    await admitClick(inbox(), CLICKS.view_sql)(tools, click('ana', run, { action: 'view_sql' }));
    await admitSlash(inbox(), migrate)(tools, slash('ana', 'status'));
    await submitted(tools, submission('ana', run, { callback: CONFIRM, extra: 'staging', note: 'x' }));
    expect(tools.ledger.commands).toEqual([]);
    expect(seen.modals).toEqual([]);
    expect(seen.told.map(({ text }) => text)).toEqual([
      expect.stringContaining('another workspace'),
      expect.stringContaining('another workspace'),
    ]);
    expect(seen.acks[1]).toMatchObject({ text: expect.stringContaining('another workspace') });
  });

  it('forgets the oldest keys and only those', () => {
    const keys = inbox(2);
    expect(['a', 'b', 'a', 'c', 'b', 'a'].map((key) => keys.take(key))).toEqual([true, true, false, true, false, true]);
  });
});
