import { afterEach, beforeEach, expect, it } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import type { Alert, Metric } from '../../src/domain/monitor.ts';
import type { Run } from '../../src/domain/run.ts';
import { pngOf } from '../../src/slack/chart.ts';
import { EDITS_A_MINUTE } from '../../src/slack/due.ts';
import { evening } from '../support/runs.ts';
import { aStage, hasButtons, keyOf, type Seen, type Stage } from './a-publisher.ts';

const RUNS = 4;
const FLAPPING: readonly Metric[] = ['p95', 'error_rate'];
const CHANGES = 200;
const EVERY_MS = 50;

let stage: Stage;
const clock = { now: 0 };

beforeEach(async () => {
  clock.now = 0;
  stage = await aStage({ rateLimits: true, elapsedMs: () => clock.now });
});
afterEach(() => stage.stop());

const pass = (ms: number) => {
  clock.now += ms;
  stage.pass(ms);
};

/** Raised at every even change, cleared at every odd one; in the last ones it stays as `ends` says. */
function flapped(run: Run, change: number, ends: 'raised' | 'cleared'): Run {
  const at = plus(evening('19:01'), change * EVERY_MS);
  const cleared = change >= CHANGES - 4 ? ends === 'cleared' : change % 2 === 1;
  const alert = {
    level: 'roll_back',
    value: 400 + change,
    limit: 236,
    baseline: 118,
    since: at,
    raisedAt: at,
    clearedAt: cleared ? at : null,
    detail: '',
    acknowledged: null,
  } as const;
  const alerts = FLAPPING.map((metric): [Metric, Alert] => [metric, { ...alert, metric }]);
  return { ...run, version: run.version + change, alerts: Object.fromEntries(alerts) };
}

const alertsOf = async (card: Seen): Promise<readonly Seen[]> =>
  (await stage.oldThread(card.ts)).filter((message) => keyOf(message).startsWith('alert:'));

it(`keeps ${CHANGES} raises and clears in ten seconds on ${RUNS} runs readable and within Slack's limits, charts and all (T29)`, async () => {
  const bot = stage.aBot({ png: pngOf });
  const first = stage.show('migrating');
  const runs = Array.from({ length: RUNS }, (_, index) =>
    index === 0 ? first : { ...first, id: `run-${index}`, number: 60 + index, target: `t${index}` },
  );
  for (const run of runs) stage.ledger.put(run);
  for (let second = 0; second < 30; second += 1) {
    pass(1_000);
    await bot.tick();
  }
  const cards = (await stage.roots()).filter((message) => keyOf(message) === 'card');
  expect(cards).toHaveLength(RUNS);
  pass(60_000);
  const posted = await stage.calls('chat.postMessage');
  const edited = await stage.calls('chat.update');
  // Four runs that appear at once are more than a channel takes in a second; what is proved here comes after them.
  const limited = await stage.limited('chat.postMessage');
  expect(limited).toBeGreaterThan(0);

  for (let change = 0; change < CHANGES; change += 1) {
    for (const [index, run] of runs.entries()) {
      stage.ledger.put(flapped(run, change, index % 2 === 0 ? 'raised' : 'cleared'));
      bot.poke(run.id);
    }
    pass(EVERY_MS);
    if (change % 20 === 19) await bot.tick();
  }
  expect(await stage.calls('chat.postMessage'), 'one message for each rule of each run').toBe(posted + RUNS * FLAPPING.length);
  for (const card of cards) expect(await alertsOf(card), 'every alert stands within the ten seconds').toHaveLength(FLAPPING.length);
  expect((await stage.calls('chat.update')) - edited).toBeLessThanOrEqual(EDITS_A_MINUTE);

  await stage.until(async () => {
    pass(1_000);
    await bot.tick();
    const alerts = (await Promise.all(cards.map(alertsOf))).flat();
    return alerts.every(({ blocks }) => blocks.some(({ type }) => type === 'image'));
  }, 'every alert to have its chart');
  for (let second = 0; second < 60; second += 1) {
    pass(1_000);
    await bot.tick();
  }
  for (const card of cards) {
    const raised = runs.findIndex(({ id }) => JSON.stringify(card.metadata).includes(`"${id}"`)) % 2 === 0;
    for (const alert of await alertsOf(card)) {
      expect(alert.text, 'the last state is true').toMatch(raised ? /^Alert on run/ : /^Cleared on run/);
      expect(hasButtons(alert)).toBe(raised);
    }
  }
  expect(await stage.limited('chat.postMessage')).toBe(limited);
  for (const method of ['chat.update', 'files.getUploadURLExternal', 'files.completeUploadExternal'])
    expect(await stage.limited(method), `${method}: the local Slack counts as Slack does`).toBe(0);
  const charts = await stage.requests('files.getUploadURLExternal', ({ filename }) => String(filename).endsWith('.png'));
  expect(charts.length, 'charts are drawn of states that last').toBeLessThanOrEqual(RUNS * FLAPPING.length * 3);
});
