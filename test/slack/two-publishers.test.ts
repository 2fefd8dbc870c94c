import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { by } from '../support/runs.ts';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;
let turn: 'first' | 'second' | 'nobody';

beforeEach(async () => {
  stage = await aStage();
  turn = 'first';
});
afterEach(() => stage.stop());

const bots = () => [stage.aBot({ publishes: () => turn === 'first' }), stage.aBot({ publishes: () => turn === 'second' })] as const;
const posted = async () => (await stage.requests('chat.postMessage', () => true)).length;

describe('two publishers', () => {
  it('of which only the one whose turn it is sends anything, also when it is poked (T25)', async () => {
    const [first, second] = bots();
    const run = stage.show('checklist');
    second.poke(run.id);
    await second.tick();
    expect(await posted()).toBe(0);
    await first.tick();
    expect(await stage.roots()).toHaveLength(1);
    expect(second.trouble()).toBeNull();
  });

  it('that take turns post nothing twice: each finds what the other posted meanwhile (T25)', async () => {
    const [first, second] = bots();
    const both = async () => {
      await stage.seconds(first, 2);
      await stage.seconds(second, 2);
    };
    stage.show('checklist');
    await both();
    turn = 'second';
    stage.show('migrating_alert');
    await both();
    turn = 'first';
    await stage.ledger.execute('00000000-0000-4000-8000-000000000042', { type: 'roll_back' }, by('ana'));
    await both();
    expect(await stage.roots()).toHaveLength(1);
    const keys = (await stage.thread()).map(keyOf).filter((key) => key !== '');
    expect(new Set(keys).size, keys.join(' ')).toBe(keys.length);
    expect((await stage.card()).text).toMatch(/^Stopping/);
  });

  it('finds what the one before it posted and could not record (T25, T28)', async () => {
    const [first, second] = bots();
    stage.show('planned');
    await second.tick();
    await first.tick();
    (stage.ledger.rows as unknown[]).length = 0;
    turn = 'second';
    await second.tick();
    expect(await stage.roots()).toHaveLength(1);
  });

  it('stops in the middle of its work when its turn is over (T25)', async () => {
    const [first] = bots();
    stage.show('completed');
    await stage.fault('chat.postMessage', { kind: 'lost' });
    const ticking = first.tick();
    await stage.until(async () => (await stage.calls('chat.postMessage')) > 0, 'the first post');
    turn = 'nobody';
    await ticking;
    expect(await posted()).toBe(1);
  });
});
