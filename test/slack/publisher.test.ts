import { beforeEach, describe, expect, it } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import { publisher, type Publisher } from '../../src/slack/publisher.ts';
import { viewRun } from '../../src/usecases/status.ts';
import { aRunIn, by, evening, PEOPLE, storyTo, type Scene } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { aLedger, someServices, type SmallLedger } from './a-ledger.ts';
import { aSlack, type SmallSlack } from './a-slack.ts';

let slack: SmallSlack;
let ledger: SmallLedger;
let elapsed: number;
let logged: readonly string[];

beforeEach(() => {
  slack = aSlack();
  ledger = aLedger();
  elapsed = 1_000_000;
});

/** A bot process: it remembers nothing of the ones before it. */
function aBot(): Publisher {
  const services = someServices(ledger);
  logged = services.logged;
  return publisher({
    ledger,
    view: (runId) => viewRun(services, runId),
    client: slack,
    channel: 'deployments',
    people: () => PEOPLE,
    publishes: () => true,
    address: () => null,
    log: services.log,
    elapsedMs: () => elapsed,
  });
}

function show(scene: Scene): Run {
  const { run, now } = storyTo(scene);
  ledger.put(run);
  ledger.set(now);
  return run;
}

/** The sentence of the card as Slack has it. */
const card = () => slack.message('card').text;
const posts = () => slack.calls.filter((call) => call.method === 'post').map((call) => call.key);
const updates = (key: string) => slack.calls.filter((call) => call.method === 'update' && call.key === key).length;

describe('publisher: what stands in Slack', () => {
  it('posts one root in the channel and everything else in its thread (R1)', async () => {
    show('completed');
    await aBot().tick();
    const root = slack.message('card');
    expect(root.thread_ts).toBeUndefined();
    expect(posts()[0]).toBe('card');
    expect(slack.messages.filter((message) => message.thread_ts === undefined)).toHaveLength(1);
    expect(slack.message('checklist').thread_ts).toBe(root.ts);
    expect(slack.message('report')).toMatchObject({ thread_ts: root.ts, reply_broadcast: true });
    expect(slack.message('checklist').reply_broadcast).toBe(false);
    expect(root).toMatchObject({
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: 'offpeak_run', event_payload: { key: 'card' } },
    });
  });

  it('edits the one card from state to state and posts nothing twice', async () => {
    const bot = aBot();
    for (const scene of ['planned', 'checklist', 'checklist_ready', 'approved', 'migrating', 'completed'] as const) {
      show(scene);
      await bot.tick();
      await bot.tick();
      expect(card()).toMatch(new RegExp(`^${scene.split('_')[0]}`, 'i'));
    }
    expect(posts().filter((key) => key === 'card')).toHaveLength(1);
    expect(new Set(posts()).size).toBe(posts().length);
  });

  it('asks Slack nothing while nothing changed, and nothing more about a run that is over', async () => {
    const bot = aBot();
    show('completed');
    await bot.tick();
    await bot.tick();
    const before = slack.calls.length;
    await bot.tick();
    await bot.tick();
    expect(slack.calls).toHaveLength(before);
  });

  it('shows a click at once although the card was just edited (R5)', async () => {
    const bot = aBot();
    const run = show('migrating');
    await bot.tick();
    await ledger.execute(run.id, { type: 'stop_after_step' }, by('ana'));
    bot.poke(run.id);
    await until(() => JSON.stringify(slack.message('card').blocks).includes('@ana asked to stop'), { what: 'the click on the card' });
  });

  it('edits progress at most every three seconds (R3)', async () => {
    const bot = aBot();
    const run = show('migrating');
    await bot.tick();
    for (let second = 1; second <= 12; second += 1) {
      elapsed += 1000;
      ledger.set(plus(evening('19:01'), second * 1000));
      await bot.tick();
    }
    expect(run.state).toBe('migrating');
    expect(updates('card')).toBe(4);
  });

  it('gives progress twenty-four edits a minute in all, and a state change one of those that are kept (R3)', async () => {
    const bot = aBot();
    const base = aRunIn('migrating');
    const runs = Array.from({ length: 6 }, (_, index) => ({ ...base, id: `run-${index}`, number: 60 + index, target: `t${index}` }));
    for (const run of runs) ledger.put(run);
    ledger.set(evening('19:01'));
    await bot.tick();
    for (let second = 1; second <= 50; second += 1) {
      elapsed += 1000;
      ledger.set(plus(evening('19:01'), second * 1000));
      await bot.tick();
    }
    expect(updates('card')).toBe(24);
    await ledger.execute('run-3', { type: 'roll_back' }, by('ana'));
    await bot.tick();
    expect(slack.messages.some((message) => message.text.startsWith('Stopping'))).toBe(true);
  });
});

describe('publisher: when Slack is unwell', () => {
  it('never posts a root twice when the answer to its post was lost (T12)', async () => {
    const bot = aBot();
    slack.fail('post', 'lost');
    show('planned');
    await bot.tick();
    expect(bot.trouble()).toBe('socket hang up');
    elapsed += 5_000;
    await bot.tick();
    expect(slack.messages.filter((message) => message.thread_ts === undefined)).toHaveLength(1);
    expect(ledger.rows).toMatchObject([{ key: 'card', ts: slack.message('card').ts }]);
    expect(bot.trouble()).toBeNull();
  });

  it('posts again when the lost post had not been applied', async () => {
    const bot = aBot();
    slack.fail('post', 'down');
    show('planned');
    await bot.tick();
    elapsed += 5_000;
    await bot.tick();
    expect(slack.messages).toHaveLength(1);
  });

  it.each(['internal_error', 'fatal_error', '<html>maintenance</html>'])('treats %s as perhaps applied (T13)', async (error) => {
    const bot = aBot();
    slack.fail('post', error);
    show('planned');
    await bot.tick();
    elapsed += 5_000;
    await bot.tick();
    expect(slack.calls.some((call) => call.method === 'history')).toBe(true);
    expect(slack.messages).toHaveLength(1);
    expect(bot.trouble()).toBeNull();
  });

  it('finds the card that a crashed process had posted but not recorded (T28)', async () => {
    show('checklist');
    await aBot().tick();
    (ledger.rows as unknown[]).length = 0;
    await aBot().tick();
    expect(slack.messages.filter((message) => message.thread_ts === undefined)).toHaveLength(1);
    expect(slack.messages).toHaveLength(2);
    expect(ledger.rows.map((row) => row.key).toSorted()).toEqual(['card', 'checklist']);
  });

  it('posts a deleted card anew, once (T10)', async () => {
    const bot = aBot();
    show('planned');
    await bot.tick();
    slack.message('card').gone = true;
    show('checklist');
    await bot.tick();
    expect(slack.messages.filter((message) => !message.gone && message.thread_ts === undefined)).toHaveLength(1);
    expect(slack.message('checklist').thread_ts).toBe(slack.message('card').ts);
  });

  it('posts an alert while edits have to wait, and obeys Retry-After for the edits (T11)', async () => {
    const bot = aBot();
    show('migrating');
    await bot.tick();
    slack.fail('update', 'ratelimited');
    const run = show('migrating_alert');
    bot.poke(run.id);
    await bot.tick();
    expect(slack.message('alert:p95')).toMatchObject({ reply_broadcast: true });
    const before = updates('card');
    elapsed += 29_000;
    await bot.tick();
    expect(updates('card')).toBe(before);
    elapsed += 2_000;
    await bot.tick();
    expect(JSON.stringify(slack.message('card').blocks)).toContain('An alert is raised');
  });

  it('brings the present state after an outage, not the backlog, alerts before progress (R15)', async () => {
    const bot = aBot();
    show('approved');
    await bot.tick();
    const before = posts().length;
    slack.fail('post', 'down', 'down');
    slack.fail('update', 'down', 'down');
    for (const scene of ['preparing', 'migrating', 'migrating_alert'] as const) {
      show(scene);
      await bot.tick();
      elapsed += 500;
    }
    for (let minute = 1; minute <= 6; minute += 1) {
      elapsed += 60_000;
      await bot.tick();
    }
    expect(card()).toMatch(/^Migrating/);
    const arrived = slack.messages.slice(before).map((message) => message.text.split(' ')[0]);
    expect(arrived[0]).toBe('Alert');
    expect(slack.messages.map((message) => message.metadata.event_payload)).toHaveLength(
      new Set(slack.messages.map((m) => JSON.stringify(m.metadata))).size,
    );
  });

  it.each(['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive', 'missing_scope'])(
    'keeps going through %s and says so once (T8)',
    async (error) => {
      const bot = aBot();
      slack.fail('post', error, error);
      show('planned');
      await bot.tick();
      elapsed += 40_000;
      await bot.tick();
      expect(bot.trouble()).toBe(error);
      expect(logged.filter((line) => line.startsWith('Slack takes no messages'))).toHaveLength(1);
      elapsed += 40_000;
      await bot.tick();
      expect(slack.messages).toHaveLength(1);
    },
  );

  it('joins the channel again after somebody removed the app (T9)', async () => {
    const bot = aBot();
    slack.fail('post', 'not_in_channel');
    show('planned');
    await bot.tick();
    elapsed += 5_000;
    await bot.tick();
    expect(slack.calls.filter((call) => call.method === 'join')).toHaveLength(2);
    expect(slack.messages).toHaveLength(1);
  });

  it('sends the sentence alone when Slack does not like the blocks', async () => {
    slack.fail('post', 'invalid_blocks');
    show('planned');
    await aBot().tick();
    expect(slack.message('card').blocks).toHaveLength(1);
  });

  it('survives a ledger that is down, and posts nothing twice because of it', async () => {
    const bot = aBot();
    show('planned');
    await bot.tick();
    ledger.break(new Error('connection refused'));
    await bot.tick();
    bot.poke('00000000-0000-4000-8000-000000000042');
    await bot.tick();
    ledger.break(null);
    await bot.tick();
    expect(slack.messages).toHaveLength(1);
  });

  it('sends nothing after it was stopped', async () => {
    const bot = aBot();
    await bot.stop();
    const run = show('planned');
    bot.poke(run.id);
    await bot.tick();
    expect(slack.calls).toHaveLength(0);
  });
});
