import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aStage, hasButtons, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

/** Requester, approvers, operator, on-call: everybody of the stories but the guest. */
const TOLD = ['U0NORA', 'U0SAM', 'U0KIM', 'U0OLGA', 'U0ANA'];
const about = (words: string) => stage.logged.filter((line) => line.includes(words));

describe('when the channel of the cards is closed', () => {
  it('sends card and alert with their buttons to the people who can act, once, then edits them (T9)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await bot.tick();
    await stage.control('archive', { channel: 'deployments', on: true });
    stage.show('migrating_alert');
    await stage.seconds(bot, 5);
    for (const person of TOLD) {
      const told = await stage.direct(person);
      expect(told.map((message) => keyOf(message).replace(/^direct:\w+:/, '')).toSorted(), person).toEqual(['alert:p95', 'card']);
      expect(told.every(hasButtons), person).toBe(true);
      expect(JSON.stringify(told[0])).toContain('Slack takes no messages in #deployments now');
    }
    expect(await stage.direct('U0GUEST')).toEqual([]);
    expect(bot.trouble()).toMatch(/^is_(inactive|archived)$/);
    stage.show('stopping');
    await stage.seconds(bot, 5);
    const [card] = await stage.direct('U0ANA');
    expect(card?.text).toMatch(/^Stopping/);
    expect(await stage.direct('U0ANA')).toHaveLength(2);
    expect(about('the channel takes no messages')).toHaveLength(1);
  });

  it('brings the card back in one post, and leaves a pointer to it with everybody (T9)', async () => {
    const bot = stage.aBot();
    await stage.control('archive', { channel: 'deployments', on: true });
    stage.show('migrating');
    await stage.seconds(bot, 3);
    expect(await stage.roots()).toEqual([]);
    await stage.control('archive', { channel: 'deployments', on: false });
    stage.show('observing');
    await stage.seconds(bot, 70);
    expect(await stage.roots()).toHaveLength(1);
    const card = await stage.card();
    expect(card.text).toMatch(/^Observing/);
    for (const person of TOLD) {
      const [pointer, ...others] = await stage.direct(person);
      expect(others).toEqual([]);
      expect(hasButtons(pointer ?? card)).toBe(false);
      expect(JSON.stringify(pointer)).toContain(`/p${card.ts.replace('.', '')}|the card`);
    }
    expect(bot.trouble()).toBeNull();
    expect(about('the channel takes messages again')).toHaveLength(1);
    const posted = await stage.calls('chat.postMessage');
    await stage.seconds(bot, 5);
    expect(await stage.calls('chat.postMessage')).toBe(posted);
  });

  it('joins again when somebody removes the app, and bothers nobody with it (T9)', async () => {
    const bot = stage.aBot();
    await bot.tick();
    stage.show('planned');
    await bot.tick();
    await stage.control('kick', { channel: 'deployments' });
    stage.show('checklist');
    await stage.seconds(bot, 5);
    expect(await stage.roots()).toHaveLength(1);
    expect((await stage.thread()).map(keyOf)).toContain('checklist');
    expect(stage.ledger.rows.some(({ key }) => key.startsWith('direct:'))).toBe(false);
  });

  it('knows a renamed channel by its id, also after a restart, and says so (T9)', async () => {
    const bot = stage.aBot();
    stage.show('planned');
    await bot.tick();
    await stage.control('rename', { channel: 'deployments', name: 'releases' });
    const run = stage.show('checklist');
    stage.ledger.put({ ...run, id: 'another', number: 43, target: 'crm' });
    await stage.seconds(stage.aBot(), 3);
    expect(await stage.roots('releases')).toHaveLength(2);
    expect(about('no open public channel has the configured name')).toHaveLength(1);
    expect(stage.ledger.rows.some(({ key }) => key.startsWith('direct:'))).toBe(false);
  });

  it('tells people directly when there never was such a channel (T9)', async () => {
    const bot = stage.aBot({ channel: 'nowhere' });
    stage.show('planned');
    await stage.seconds(bot, 3);
    expect(bot.trouble()).toBe('channel_not_found');
    expect((await stage.direct('U0NORA')).map(keyOf)).toEqual(['direct:U0NORA:card']);
  });

  it('sends the checklist to those who answer or waive its lines: the notice cannot be posted, so one of them must', async () => {
    const bot = stage.aBot();
    await stage.control('archive', { channel: 'deployments', on: true });
    stage.show('checklist_untold');
    await stage.seconds(bot, 10);
    for (const person of ['U0OLGA', 'U0ANA', 'U0SAM']) {
      const checklist = (await stage.direct(person)).find((message) => keyOf(message) === `direct:${person}:checklist`);
      expect(JSON.stringify(checklist), person).toMatch(/Confirm….*Waive…/s);
    }
    stage.show('migrating');
    await stage.seconds(bot, 40);
    const answered = (await stage.direct('U0ANA')).find((message) => keyOf(message) === 'direct:U0ANA:checklist');
    expect(answered === undefined ? '' : JSON.stringify(answered)).not.toContain('Waive…');
  });

  it.each(['restricted_action', 'restricted_action_read_only_channel', 'ekm_access_denied'])(
    'goes to people when the workspace forbids posting: %s (T27)',
    async (error) => {
      await stage.fault('chat.postMessage', { kind: 'error', error, times: 2 });
      stage.show('migrating');
      await stage.seconds(stage.aBot(), 2);
      expect(await stage.roots()).toEqual([]);
      expect((await stage.direct('U0ANA')).every(hasButtons)).toBe(true);
    },
  );

  it('sends the sentence without blocks where even a direct message may have none (T27)', async () => {
    await stage.control('archive', { channel: 'deployments', on: true });
    const bot = stage.aBot();
    await stage.fault('chat.postMessage', { kind: 'error', error: 'is_archived', times: 2 });
    await stage.fault('chat.postMessage', { kind: 'error', error: 'ekm_access_denied', times: 1 });
    stage.show('migrating');
    await stage.seconds(bot, 2);
    const [first] = (await Promise.all(TOLD.map((person) => stage.direct(person)))).flat().filter(({ blocks }) => blocks.length === 0);
    expect(first?.text).toMatch(/^Migrating: run #42/);
  });

  it('leaves out who cannot be reached, says so once, and reaches the others (T9)', async () => {
    await stage.control('archive', { channel: 'deployments', on: true });
    await stage.control('person', { user: 'sam', deleted: true });
    stage.show('migrating');
    await stage.seconds(stage.aBot(), 20);
    expect(await stage.direct('U0SAM')).toEqual([]);
    expect(await stage.direct('U0ANA')).toHaveLength(1);
    expect(about('a person cannot be reached')).toHaveLength(1);
  });

  it('finds the direct messages of the process before it and edits them (T9, T28)', async () => {
    const before = stage.aBot();
    stage.show('migrating');
    await before.tick();
    await stage.control('archive', { channel: 'deployments', on: true });
    await stage.seconds(before, 70);
    expect(await stage.direct('U0ANA')).toHaveLength(1);
    stage.show('observing');
    await stage.seconds(stage.aBot(), 5);
    const [card, ...others] = await stage.direct('U0ANA');
    expect(others).toEqual([]);
    expect(card?.text).toMatch(/^Observing/);
  });

  it('does not take a channel for open that nobody has tried since the start: the buttons stay where they are (T9)', async () => {
    const before = stage.aBot();
    stage.show('planned');
    await before.tick();
    await stage.control('archive', { channel: 'deployments', on: true });
    await stage.seconds(before, 70);
    const updates = await stage.calls('chat.update');
    await stage.seconds(stage.aBot(), 3);
    expect((await stage.direct('U0NORA')).every(hasButtons)).toBe(true);
    const edited = await stage.requests('chat.update', ({ text }) => /is in its channel again/.test(String(text)));
    expect(edited).toEqual([]);
    expect(await stage.calls('chat.update')).toBeGreaterThan(updates);
  });

  it('posts card and thread anew where the channel was deleted and made again (T9)', async () => {
    const bot = stage.aBot();
    stage.show('checklist');
    await bot.tick();
    await stage.stop();
    const again = await aStage({ channels: ['general', 'deployments'] });
    const rows = stage.ledger.rows.map((row) => ({ ...row, channel: 'C0DELETED' }));
    stage = again;
    for (const row of rows) await stage.ledger.save(row);
    stage.show('checklist_ready');
    await stage.seconds(stage.aBot(), 3);
    const card = await stage.card();
    expect((await stage.thread()).filter(({ ts }) => ts !== card.ts).map(keyOf)).toContain('checklist');
    expect(await stage.roots()).toHaveLength(1);
  });
});
