import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METRICS, type Alert } from '../../src/domain/monitor.ts';
import { plus } from '../../src/domain/instant.ts';
import { evening } from '../support/runs.ts';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const alert = async () => (await stage.thread()).find((message) => keyOf(message) === 'alert:p95');

describe('when Slack asks us to wait', () => {
  it.each([1, 30, 120, null])('posts the alert first and the final state after it: Retry-After %s on edits (T11)', async (seconds) => {
    const bot = stage.aBot();
    stage.show('migrating');
    await bot.tick();
    await stage.fault('chat.update', { kind: 'rate_limited', retry_after: seconds });
    stage.show('migrating_alert');
    await stage.seconds(bot, 1);
    expect(await alert()).toBeDefined();
    stage.show('rolled_back');
    await stage.seconds(bot, 1);
    const refused = await stage.calls('chat.update');
    await stage.seconds(bot, (seconds ?? 30) - 2);
    expect(await stage.calls('chat.update'), 'not asked before its time').toBe(refused);
    await stage.seconds(bot, 6);
    expect((await stage.card()).text).toMatch(/^Rolled back/);
  });

  it.each([1, 30, 120, null])('shows the alert on the card until it may be posted: Retry-After %s on posts (T11)', async (seconds) => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.seconds(bot, 2);
    await stage.fault('chat.postMessage', { kind: 'rate_limited', retry_after: seconds });
    stage.show('migrating_alert');
    await stage.seconds(bot, 1);
    expect(JSON.stringify(await stage.card())).toContain('An alert is raised');
    const refused = await stage.calls('chat.postMessage');
    await stage.seconds(bot, (seconds ?? 30) - 1);
    expect(await stage.calls('chat.postMessage')).toBe(refused);
    await stage.seconds(bot, 3);
    expect(await alert()).toBeDefined();
  });

  it('keeps to the limits that Slack itself counts, with six live runs (T11)', async () => {
    await stage.stop();
    const clock = { now: 0 };
    stage = await aStage({ rateLimits: true, elapsedMs: () => clock.now });
    const bot = stage.aBot();
    const base = stage.show('migrating');
    for (let index = 1; index < 6; index += 1) stage.ledger.put({ ...base, id: `run-${index}`, number: 60 + index, target: `t${index}` });
    for (let second = 0; second < 90; second += 1) {
      clock.now += 1_000;
      stage.ledger.set(plus(evening('19:01'), second * 1_000));
      await stage.seconds(bot, 1);
    }
    expect(await stage.refusals('chat.update')).toBe(0);
    expect((await stage.roots()).filter((message) => keyOf(message) === 'card')).toHaveLength(6);
  });
});

describe('when alerts come in a burst', () => {
  it('merges two hundred in ten seconds: one message and one broadcast for each rule, the limits kept (T29)', async () => {
    const bot = stage.aBot();
    const run = stage.show('migrating');
    await bot.tick();
    const began = await stage.calls('chat.update');
    const posted = await stage.calls('chat.postMessage');
    for (let burst = 0; burst < 200; burst += 1) {
      const at = plus(evening('19:01'), burst * 50);
      const alerts = METRICS.map((metric): [string, Alert] => [
        metric,
        {
          metric,
          level: 'watch',
          acknowledged: null,
          value: 400 + burst,
          limit: 236,
          baseline: 118,
          since: at,
          raisedAt: at,
          clearedAt: burst % 4 === 1 || burst % 4 === 2 || burst === 199 ? at : null,
          detail: '',
        },
      ]);
      stage.ledger.put({ ...run, version: run.version + burst, alerts: Object.fromEntries(alerts) });
      stage.pass(50);
      bot.poke(run.id);
      if (burst % 20 === 19) await bot.tick();
    }
    expect((await stage.calls('chat.update')) - began).toBeLessThanOrEqual(40);
    expect((await stage.calls('chat.postMessage')) - posted).toBe(METRICS.length);
    await stage.seconds(bot, 70);
    for (const metric of METRICS) {
      const found = (await stage.thread()).filter((message) => keyOf(message) === `alert:${metric}`);
      expect(found, metric).toHaveLength(1);
      expect(found[0]?.text, 'the last state arrives').toMatch(/[Cc]leared/);
    }
    const broadcasts = await stage.requests('chat.postMessage', (request) => request['reply_broadcast'] === 'true');
    expect(broadcasts.length - 1, 'beside the notice of the start').toBe(METRICS.length);
  });
});
