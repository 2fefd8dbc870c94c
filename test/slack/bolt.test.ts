import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeView } from '../../handlers/home-view.ts';
import { registerHandlers } from '../../handlers/index.ts';
import type { LocalSlack } from '../../playground/slack/server.ts';
import { slackApp, type SlackApp, type SlackSettings } from '../../src/slack/bolt.ts';
import { homes } from '../../src/slack/homes.ts';
import { members } from '../../src/slack/members.ts';
import { publisher, type Publisher } from '../../src/slack/publisher.ts';
import { viewRun } from '../../src/usecases/status.ts';
import { PEOPLE, storyTo, type Scene } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { aLedger, someServices, type SmallLedger } from './a-ledger.ts';
import { actIn, APP_TOKEN, aWorkspace, BOT_TOKEN, lookAt } from './a-workspace.ts';
import { buttonsOf } from './scenes.ts';

type Shown = { readonly ts: string; readonly text: string; readonly blocks: readonly unknown[] };

let slack: LocalSlack;
let ledger: SmallLedger;
let logged: readonly string[];
let stops: (() => Promise<unknown>)[];

beforeEach(async () => {
  stops = [];
  ledger = aLedger();
  slack = await aWorkspace();
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await slack.stop();
});

const elapsedMs = () => performance.now();

/** The bot as the process wires it: Bolt, handlers, publisher; only the ledger is in memory. */
async function aBot(settings: Partial<SlackSettings> = {}): Promise<{ app: SlackApp; publishing: Publisher }> {
  const services = someServices(ledger);
  logged = services.logged;
  let publishing: Publisher | null = null;
  const app: SlackApp = slackApp({
    settings: { mode: 'socket', apiUrl: slack.apiUrl, botToken: BOT_TOKEN, appToken: APP_TOKEN, ...settings } as SlackSettings,
    log: services.log,
    register: (bolt, team) => {
      const whoIs = (id: string) => members({ client: app.interactive, log: services.log, elapsedMs })(id);
      const address = () => app.address();
      const health = () => ({ connections: app.connected(), trouble: publishing?.trouble() ?? null, version: 'test' });
      const draw = (id: string) => homeView({ services, address, health }, id);
      registerHandlers(bolt, {
        services,
        poke: (runId) => publishing?.poke(runId),
        shown: async (runId, version) => (await publishing?.shown(runId, version)) ?? false,
        membership: whoIs,
        lastKnown: () => 'unknown',
        team,
        address,
        homeOpened: (id) => homes({ client: app.interactive, draw, log: services.log, elapsedMs }).opened(id),
      });
    },
  });
  publishing = publisher({
    ledger,
    view: (runId) => viewRun(services, runId),
    client: app.background,
    channel: 'deployments',
    people: () => PEOPLE,
    publishes: () => true,
    address: () => null,
    log: services.log,
    elapsedMs,
  });
  await app.start();
  stops.push(() => app.stop());
  return { app, publishing };
}

function show(scene: Scene): void {
  const { run, now } = storyTo(scene);
  ledger.put(run);
  ledger.set(now);
}

async function messages(thread = ''): Promise<readonly Shown[]> {
  const where = `messages?channel=deployments${thread === '' ? '' : `&thread_ts=${thread}`}`;
  return (await lookAt<{ messages: readonly Shown[] }>(slack, where)).messages;
}

async function card(): Promise<Shown> {
  const [root] = await messages();
  if (root === undefined) throw new Error('there is no card');
  return root;
}

const whispers = async (user: string) => (await lookAt<{ ephemerals: readonly Shown[] }>(slack, `ephemerals?user=${user}`)).ephemerals;

describe('the bot against the local Slack, Bolt unmodified', () => {
  it('shows the clicker the effect within a second (R5)', async () => {
    show('migrating');
    const { publishing } = await aBot();
    await publishing.tick();
    const { ts } = await card();
    const begun = performance.now();
    const acted = await actIn(slack, 'click', { user: 'ana', channel: 'deployments', ts, action_id: 'roll_back' });
    expect(acted).toMatchObject({ ok: true, acknowledged: true });
    const after = await until(async () => (await card()).text.startsWith('Stopping') && (await card()), { what: 'the card to say so' });
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(buttonsOf(after).map((button) => button.action_id)).toEqual(['view_sql']);
  });

  it('answers a refused click only to its person', async () => {
    show('migrating');
    const { publishing } = await aBot();
    await publishing.tick();
    await actIn(slack, 'click', { user: 'sam', channel: 'deployments', ts: (await card()).ts, action_id: 'stop_after_step' });
    const [told] = await until(async () => ((await whispers('sam')).length > 0 ? whispers('sam') : null), { what: 'the refusal' });
    expect(told?.text).toContain('You may not do this');
    expect(await whispers('ana')).toEqual([]);
  });

  it('takes a confirmation from button to modal to checklist', async () => {
    show('checklist');
    const { publishing } = await aBot();
    await publishing.tick();
    const { ts } = await card();
    const checklist = (await messages(ts)).find((message) => message.text.startsWith('Checklist of'));
    await actIn(slack, 'click', { user: 'nora', channel: 'deployments', ts: checklist?.ts, action_id: 'confirm_item:staging' });
    const { view } = await until(
      async () => {
        const looked = await lookAt<{ view: { id: string } | null }>(slack, 'view?user=nora');
        return looked.view === null ? null : { view: looked.view };
      },
      { what: 'the modal', deadlineMs: 3000 },
    );
    const values = { note: { note: 'Looked at the lead list.' } };
    expect(await actIn(slack, 'submit', { user: 'nora', view_id: view.id, values })).toMatchObject({ ok: true, acknowledged: true });
    await until(async () => JSON.stringify(await messages(ts)).includes('Looked at the lead list.'), {
      what: 'the evidence in the thread',
    });
  });

  it('R35 takes a waiver from button to modal to checklist: the chosen line, and why', async () => {
    show('checklist');
    const { publishing } = await aBot();
    await publishing.tick();
    const { ts } = await card();
    const checklist = (await messages(ts)).find((message) => message.text.startsWith('Checklist of'));
    await actIn(slack, 'click', { user: 'sam', channel: 'deployments', ts: checklist?.ts, action_id: 'ask_waive' });
    const view = await until(async () => (await lookAt<{ view: { id: string } | null }>(slack, 'view?user=sam')).view ?? false, {
      what: 'the modal',
      deadlineMs: 3000,
    });
    const values = { line: { line: 'automated_backup' }, note: { note: 'The provider shows none tonight; ours is proved.' } };
    expect(await actIn(slack, 'submit', { user: 'sam', view_id: view.id, values })).toMatchObject({ ok: true, acknowledged: true });
    await until(async () => /Automated backup\* · waived · @sam/.test(JSON.stringify(await messages(ts))), {
      what: 'the waiver in the thread',
    });
  });

  it('R17 R18 takes each person’s own word by one press, and refuses another’s', async () => {
    show('checklist');
    const { publishing } = await aBot();
    await publishing.tick();
    const { ts } = await card();
    const checklist = (await messages(ts)).find((message) => message.text.startsWith('Checklist of'));
    const press = (user: string, action_id: string) =>
      actIn(slack, 'click', { user, channel: 'deployments', ts: checklist?.ts, action_id });
    await press('nora', 'confirm_available');
    const [told] = await until(async () => ((await whispers('nora')).length > 0 ? whispers('nora') : null), { what: 'the refusal' });
    expect(told?.text).toContain('is answered by @ana personally');
    await press('ana', 'confirm_available');
    await press('sam', 'acknowledge');
    await until(async () => /On-call available\* · passes.*/.test(JSON.stringify(await messages(ts))), { what: 'the word in the thread' });
    await until(async () => /✅ @sam .* · ⏳ waits for @olga/.test(JSON.stringify(await messages(ts))), { what: 'the acknowledgement' });
  });

  it('answers /migrate in the acknowledgement and draws the Home tab', async () => {
    show('migrating');
    await aBot();
    const typed = await actIn(slack, 'slash', { user: 'ana', channel: 'deployments', text: '/migrate' });
    expect(typed.acknowledged).toBe(true);
    expect(JSON.stringify(typed.ack)).toContain('What you can do now');
    await actIn(slack, 'home', { user: 'ana' });
    await until(async () => JSON.stringify(await lookAt(slack, 'view?user=ana&home=1')).includes('Migrating · #42'), {
      what: 'the Home tab',
    });
  });

  it('comes up while Slack is away, and works once it is there (T8, T15)', async () => {
    const port = Number(new URL(slack.url).port);
    await slack.stop();
    const { app } = await aBot();
    expect([app.connected(), app.team()]).toEqual([0, null]);
    slack = await aWorkspace({ port });
    await until(() => app.connected() === 2 && app.team() === 'T0LOCALDEV', { what: 'both sockets and our name', deadlineMs: 15_000 });
  }, 20_000);

  it('stays up with a revoked bot token, and no token is in the log (T8)', async () => {
    const { app, publishing } = await aBot({ botToken: 'xoxb-revoked' });
    show('planned');
    await publishing.tick();
    expect(app.team()).toBeNull();
    expect(publishing.trouble()).toBe('invalid_auth');
    expect(logged.join('\n')).not.toMatch(/xoxb-|xapp-/);
  });
});

describe('the HTTP receiver', () => {
  const secret = 'signing-secret';

  async function post(
    port: number,
    body: string,
    { key = secret, at = Math.floor(performance.timeOrigin / 1000) } = {},
  ): Promise<Response> {
    const signature = `v0=${createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex')}`;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': signature,
    };
    return fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', headers, body });
  }

  it('takes signed commands, and nothing that is signed otherwise or too old (T23)', async () => {
    show('migrating');
    const port = await freePort();
    const { app } = await aBot({ mode: 'http', signingSecret: secret, port });
    expect(app.connected()).toBe(1);
    const fields = {
      command: '/migrate',
      text: 'help',
      user_id: 'U0ANA',
      team_id: 'T0LOCALDEV',
      channel_id: 'C1',
      response_url: slack.url,
    };
    const body = new URLSearchParams({ ...fields, trigger_id: 't', token: 't', api_app_id: 'A0LOCALAPP', user_name: 'ana' }).toString();
    const answer = await post(port, body);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('What you can do now');
    expect((await post(port, body, { key: 'other' })).status).toBe(401);
    expect((await post(port, body, { at: Math.floor(performance.timeOrigin / 1000) - 3_600 })).status).toBe(401);
  });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
