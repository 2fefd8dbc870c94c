import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeView } from '../../handlers/home-view.ts';
import { registerHandlers } from '../../handlers/index.ts';
import type { LocalSlack } from '../../playground/slack/server.ts';
import type { Run } from '../../src/domain/run.ts';
import { slackApp, type SlackApp } from '../../src/slack/bolt.ts';
import { homes } from '../../src/slack/homes.ts';
import { members } from '../../src/slack/members.ts';
import { aPlan, storyTo, type Scene, type StoryOptions } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { aLedger, someServices, type SmallLedger } from '../slack/a-ledger.ts';
import { actIn, APP_TOKEN, aWorkspace, BOT_TOKEN, lookAt } from '../slack/a-workspace.ts';
import { messageOf, wordsOf } from '../slack/scenes.ts';

type View = { readonly id: string; readonly blocks: readonly unknown[]; readonly callback_id: string };

let slack: LocalSlack;
let ledger: SmallLedger;
let app: SlackApp;
let logged: readonly string[];

beforeEach(async () => {
  ledger = aLedger();
  slack = await aWorkspace({ appIn: ['deployments'] });
  const services = someServices(ledger);
  logged = services.logged;
  const elapsedMs = () => performance.now();
  const address = () => app.address();
  app = slackApp({
    settings: { mode: 'socket', apiUrl: slack.apiUrl, botToken: BOT_TOKEN, appToken: APP_TOKEN },
    log: services.log,
    register: (bolt, team) => {
      const membership = (user: string) => whoIs(user);
      const lastKnown = (user: string) => whoIs.lastKnown(user);
      const homeOpened = (user: string) => tabs.opened(user);
      registerHandlers(bolt, { services, poke: () => {}, shown: async () => true, membership, lastKnown, team, address, homeOpened });
    },
  });
  const health = () => ({ connections: app.connected(), trouble: null, version: 'test' });
  const draw = (user: string) => homeView({ services, address, health }, user);
  const tabs = homes({ client: app.background, draw, log: services.log, elapsedMs });
  const whoIs = members({ client: app.interactive, log: services.log, elapsedMs });
  await app.start();
});

afterEach(async () => {
  await app.stop();
  await slack.stop();
});

/** Posts a message of a scene and remembers where its card stands. */
async function post(scene: Scene, key = 'card', options: StoryOptions = {}): Promise<{ run: Run; channel: string; ts: string }> {
  const { run, now } = storyTo(scene, options);
  ledger.put(run);
  ledger.set(now);
  const { text, blocks } = messageOf(scene, key, options);
  const { channel = '', ts = '' } = await app.background.chat.postMessage({ channel: 'deployments', text, blocks: [...blocks] });
  await ledger.save({ runId: run.id, key: 'card', channel, ts, hash: '', postedAt: now });
  return { run, channel, ts };
}

const click = (user: string, ts: string, wanted: object) => actIn(slack, 'click', { user, channel: 'deployments', ts, ...wanted });
const whispers = async (user: string) =>
  (await lookAt<{ ephemerals: readonly { text: string; blocks: readonly unknown[] }[] }>(slack, `ephemerals?user=${user}`)).ephemerals;
const told = (user: string) => until(async () => (await whispers(user))[0], { what: `an answer to ${user}` });
type Call = {
  readonly method: string;
  readonly ok: boolean;
  readonly request: {
    type?: string;
    envelope_id?: string;
    channel?: string;
    user_id?: string;
    text?: string;
    payload?: { event_id?: string };
  } | null;
};
const calls = async () => (await lookAt<{ log: readonly Call[] }>(slack, 'log')).log;
const openView = (user: string, holds: (view: View) => boolean = () => true) =>
  until(
    async () => {
      const { view } = await lookAt<{ view: View | null }>(slack, `view?user=${user}`);
      return view !== null && holds(view) ? view : null;
    },
    { what: 'the window' },
  );

describe('the incoming half over the local Slack, Bolt unmodified', () => {
  it('R5 a refused click leads to the card by an address that Slack itself would give', async () => {
    const { run, channel, ts } = await post('migrating');
    await click('sam', ts, { action_id: 'stop_after_step' });
    const { permalink } = await app.background.chat.getPermalink({ channel, message_ts: ts });
    expect(wordsOf(await told('sam'))).toContain(`<${permalink}|Current card of run #${run.number}>`);
  });

  it('T1 an envelope that Slack delivers again has one effect, and is answered as already done', async () => {
    const { ts } = await post('migrating');
    await click('ana', ts, { action_id: 'confirm_presence' });
    await until(() => ledger.commands.length === 1, { what: 'the click to arrive' });
    const envelope = (await calls()).findLast(({ request }) => request?.type === 'interactive')?.request?.envelope_id;
    expect(await actIn(slack, 'redeliver', { envelope_id: envelope })).toMatchObject({ ok: true, acknowledged: true });
    expect((await told('ana')).text).toContain('already done');
    expect(ledger.commands).toHaveLength(1);
  });

  it('T6 a button and a menu of an old version are acknowledged and explained', async () => {
    const old = [
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'approve_v0', text: { type: 'plain_text', text: 'Approve' }, value: 'plan:42:v7' },
          { type: 'overflow', action_id: 'more_v0', options: [{ text: { type: 'plain_text', text: 'Skip' }, value: 'skip' }] },
        ],
      },
    ];
    const { ts = '' } = await app.background.chat.postMessage({ channel: 'deployments', text: 'old', blocks: old });
    expect(await click('sam', ts, { action_id: 'approve_v0' })).toMatchObject({ ok: true, acknowledged: true });
    expect((await told('sam')).text).toContain('another version of Offpeak. Nothing was done');
    expect(await click('kim', ts, { action_id: 'more_v0', value: 'skip' })).toMatchObject({ ok: true, acknowledged: true });
    expect((await told('kim')).text).toContain('another version');
  });

  it('R3 the ⋯ menu cancels after one more question', async () => {
    const { run, ts } = await post('approved');
    const value = `run:${run.id}:v${run.version}:ask_cancel`;
    expect(await click('nora', ts, { action_id: 'more', value })).toMatchObject({ ok: true, acknowledged: true });
    const view = await openView('nora');
    expect((await ledger.load(run.id))?.state).toBe('approved');
    expect(await actIn(slack, 'submit', { user: 'nora', view_id: view.id, values: {} })).toMatchObject({ ok: true, acknowledged: true });
    await until(async () => (await ledger.load(run.id))?.state === 'cancelled', { what: 'the run to be cancelled' });
  });

  it('R3 the ⋯ menu reschedules for the moment that was chosen', async () => {
    const { run, ts } = await post('scheduled');
    await click('nora', ts, { action_id: 'more', value: `run:${run.id}:v${run.version}:reschedule` });
    const view = await openView('nora');
    const values = { moment: { moment: Date.parse('2026-11-24T20:30:00Z') / 1000 } };
    expect(await actIn(slack, 'submit', { user: 'nora', view_id: view.id, values })).toMatchObject({ ok: true });
    await until(async () => (await ledger.load(run.id))?.scheduledFor === '2026-11-24T20:30:00.000Z', { what: 'the new moment' });
  });

  it('T14 turns the pages of a long file in the window', async () => {
    const plan = aPlan();
    const [first] = plan.migrations;
    if (first === undefined) throw new Error('no migration');
    const text = Array.from({ length: 400 }, (_, index) => `INSERT INTO t VALUES (${index});`).join('\n');
    const { ts } = await post('planned', 'card', { plan: { ...plan, migrations: [{ ...first, up: { ...first.up, text } }] } });
    await click('guest', ts, { action_id: 'view_sql' });
    const view = await openView('guest');
    await actIn(slack, 'click', { user: 'guest', view_id: view.id, action_id: 'sql_next' });
    await openView('guest', (shown) => wordsOf(shown).includes('page 2 of'));
    await actIn(slack, 'click', { user: 'guest', view_id: view.id, action_id: 'sql_previous' });
    await openView('guest', (shown) => wordsOf(shown).includes('page 1 of'));
  });

  it('T22 a window whose run has moved on is answered in the window, and changes nothing', async () => {
    const { run, ts } = await post('approved');
    await click('nora', ts, { action_id: 'more', value: `run:${run.id}:v${run.version}:ask_cancel` });
    const view = await openView('nora');
    ledger.put(storyTo('migrating').run);
    await actIn(slack, 'submit', { user: 'nora', view_id: view.id, values: {} });
    await openView('nora', (shown) => wordsOf(shown).includes('nothing to cancel here'));
    expect((await ledger.load(run.id))?.state).toBe('migrating');
  });

  it('R12 draws the Home tab when it is opened', async () => {
    await post('migrating');
    await actIn(slack, 'home', { user: 'ana' });
    const home = await until(async () => (await lookAt<{ home?: View | null }>(slack, 'view?user=ana&home=1')).home, {
      what: 'the Home tab',
    });
    expect(wordsOf(home)).toMatch(/Now\n.*Migrating · #42.*Waiting for you.*Next windows.*Last ten runs.*Health/s);
  });

  it('T1 an event that Slack sends again is taken in once', async () => {
    await post('migrating');
    await actIn(slack, 'home', { user: 'ana' });
    const published = async () => (await calls()).flatMap(({ method, request }) => (method === 'views.publish' ? [request?.user_id] : []));
    await until(async () => (await published()).length === 1, { what: 'the Home tab' });
    const event = (await calls()).find(({ request }) => request?.type === 'events_api')?.request?.payload?.event_id;
    expect(await actIn(slack, 'redeliver', { event_id: event })).toMatchObject({ ok: true, acknowledged: true });
    await actIn(slack, 'home', { user: 'nora' });
    await until(async () => (await published()).includes('U0NORA'), { what: 'the next Home tab' });
    expect(await published()).toEqual(['U0ANA', 'U0NORA']);
    expect((await calls()).filter(({ request }) => request?.type === 'events_api')).toHaveLength(3);
  });

  it('T21 a Home tab that is switched off is logged, and clicks go on working', async () => {
    const { run, ts } = await post('migrating');
    await actIn(slack, 'fault', { method: 'views.publish', kind: 'error', error: 'not_enabled' });
    await actIn(slack, 'home', { user: 'ana' });
    await until(() => logged.some((line) => line.startsWith('the Home tab is switched off')), { what: 'the log to say so' });
    await click('ana', ts, { action_id: 'roll_back' });
    await until(async () => (await ledger.load(run.id))?.state === 'stopping', { what: 'the rollback' });
  });

  it('T18 a person who was deactivated since the card was posted is refused at the click', async () => {
    const { run, ts } = await post('checklist_proved', 'approval');
    await actIn(slack, 'person', { user: 'sam', is_restricted: true });
    await click('sam', ts, { action_id: 'approve' });
    expect((await told('sam')).text).toContain('Guests of the workspace may not do this');
    expect((await ledger.load(run.id))?.approvals).toEqual([]);
  });

  it('T20 an answer that the channel does not take arrives directly', async () => {
    const { ts } = await post('migrating');
    await actIn(slack, 'fault', { method: 'chat.postEphemeral', kind: 'error', error: 'user_not_in_channel' });
    await click('sam', ts, { action_id: 'stop_after_step' });
    const direct = await until(
      async () => {
        return (await calls()).find(({ method, ok, request }) => method === 'chat.postMessage' && ok && request?.channel === 'U0SAM');
      },
      { what: 'the direct message' },
    );
    expect(direct.request?.text).toContain('You may not do this');
  });
});
