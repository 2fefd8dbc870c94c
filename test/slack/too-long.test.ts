import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const HOSTILE = '🙂 <!channel> `ticks` & <https://evil.example|here> 漢字\n';

/** A plan of five megabytes, hostile to whoever escapes, counts or cuts it wrongly. */
function monstrous(run: Run): Run {
  const migrations = run.plan.migrations.map((migration) => ({
    ...migration,
    name: HOSTILE.trim().repeat(20),
    up: { ...migration.up, text: HOSTILE.repeat(35_000) },
  }));
  return { ...run, plan: { ...run.plan, migrations }, changes: [HOSTILE.repeat(100)] };
}

describe('what is too long or hostile', () => {
  it('is posted in every message without a refusal, and whole in the file (T14)', async () => {
    const run = monstrous(stage.show('checklist_proved'));
    stage.ledger.put(run);
    await stage.seconds(stage.aBot(), 5);
    expect((await stage.thread()).map(keyOf)).toEqual(expect.arrayContaining(['card', 'checklist', 'approval']));
    expect(await stage.refusals('chat.postMessage')).toBe(0);
    expect(JSON.stringify(await stage.thread())).not.toMatch(/<!channel>|<https:\/\/evil/);
    const [file] = (await stage.thread()).flatMap((message) => message.files ?? []);
    const content = await (await fetch(file?.url ?? '')).text();
    expect(content.split(HOSTILE.trim()).length - 1).toBe(70_000);
  });

  it.each(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long'])(
    'arrives as its sentence when Slack refuses the blocks all the same: %s (T14)',
    async (error) => {
      await stage.fault('chat.postMessage', { kind: 'error', error });
      const bot = stage.aBot();
      stage.show('planned');
      await stage.seconds(bot, 3);
      const { text, blocks } = await stage.card();
      expect(text).toMatch(/^Planned: run #42/);
      expect(blocks).toHaveLength(1);
      expect(await stage.roots()).toHaveLength(1);
      expect(bot.trouble()).toBeNull();
    },
  );
});
