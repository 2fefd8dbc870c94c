import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readers } from '../../src/slack/readers.ts';
import { by } from '../support/runs.ts';
import { aStage, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

/** Presses Roll back on a run whose card stands, and asks whether the card shows it. */
async function pressed(fault: Parameters<Stage['fault']>[1] | null): Promise<{ shown: boolean; text: string; edits: number }> {
  const bot = stage.aBot();
  const run = stage.show('migrating');
  await stage.seconds(bot, 3);
  const before = await stage.calls('chat.update');
  if (fault !== null) await stage.fault('chat.update', { times: 10, ...fault });
  const outcome = await stage.ledger.execute(run.id, { type: 'roll_back' }, by('ana'));
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  bot.poke(run.id);
  const shown = await bot.shown(run.id, outcome.run.version);
  return { shown, text: (await stage.card()).text, edits: (await stage.calls('chat.update')) - before };
}

describe('whether the card shows a click (R5)', () => {
  it('is known as soon as Slack took the edit', async () => {
    expect(await pressed(null)).toMatchObject({ shown: true, text: expect.stringMatching(/^Stopping/), edits: 1 });
  });

  it.each([
    { kind: 'rate_limited', retry_after: 30 },
    { kind: 'http_500' },
    { kind: 'timeout' },
    { kind: 'error', error: 'internal_error' },
  ])('T11 T12 that Slack does not take is not waited for longer than a second: $kind', async (fault) => {
    expect(await pressed(fault)).toMatchObject({ shown: false, text: expect.stringMatching(/^Migrating/) });
  });

  it('is known without an edit when the click changes nothing that the card shows', async () => {
    const bot = stage.aBot();
    const run = stage.show('completed');
    await stage.seconds(bot, 3);
    const edits = await stage.calls('chat.update');
    stage.ledger.put({ ...run, version: run.version + 1 });
    bot.poke(run.id);
    expect(await bot.shown(run.id, run.version + 1)).toBe(true);
    expect(await stage.calls('chat.update')).toBe(edits);
  });

  it('T25 is left to the bot that publishes: the other one tells nobody that Slack is slow', async () => {
    const bot = stage.aBot({ publishes: () => false });
    const run = stage.show('migrating');
    expect(await bot.shown(run.id, run.version)).toBe(true);
  });

  it('is told to each reader whose version is there, and to no other', async () => {
    let on = 3;
    const reading = readers(() => on);
    const [now, soon, never] = [reading.shown('a', 3, 60_000), reading.shown('a', 4, 60_000), reading.shown('a', 5, 1)];
    expect(await now).toBe(true);
    expect(await never).toBe(false);
    on = 4;
    reading.look();
    expect(await soon).toBe(true);
  });
});
