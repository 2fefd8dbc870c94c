import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlFile } from '../../src/slack/sql-file.ts';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const files = async () => (await stage.thread()).flatMap((message) => message.files ?? []);

describe('the SQL of a plan as a file', () => {
  it('lies in the thread once what is approved is known, whole and once for each digest (T26, R2)', async () => {
    const bot = stage.aBot();
    stage.show('checklist');
    await stage.seconds(bot, 3);
    expect(await files()).toEqual([]);
    const run = stage.show('checklist_proved');
    await stage.seconds(bot, 10);
    await stage.seconds(stage.aBot(), 10);
    const [file, ...others] = await files();
    expect(others).toEqual([]);
    expect(file?.name).toBe(`offpeak-42-${run.digest.slice(0, 12)}.sql`);
    const message = (await stage.thread()).find((said) => (said.files ?? []).length > 0);
    expect(message?.text, 'R11').toMatch(/^SQL of run #42 .* · acme, digest [0-9a-f]{12}: .+\.$/);
    const content = await (await fetch(file?.url ?? '')).text();
    expect(content).toBe(sqlFile(run).content);
    for (const { up, down } of run.plan.migrations) for (const script of [up, down]) expect(content).toContain(script?.text.trim());
    const other = { ...run, digest: 'f'.repeat(64), version: run.version + 1 };
    stage.ledger.put(other);
    await stage.seconds(bot, 3);
    expect((await files()).map(({ name }) => name)).toEqual([file?.name, `offpeak-42-${'f'.repeat(12)}.sql`]);
  });

  it.each(['file_uploads_disabled', 'storage_limit_reached', 'missing_scope', 'file_upload_size_restricted'])(
    'is left out with one line in the log when Slack refuses it, and nothing else waits: %s (T26)',
    async (error) => {
      await stage.fault('files.getUploadURLExternal', { kind: 'error', error, times: 100 });
      const bot = stage.aBot();
      stage.show('checklist_proved');
      await stage.seconds(bot, 300);
      expect(await stage.calls('files.getUploadURLExternal')).toBe(1);
      expect(stage.logged.filter((line) => line.startsWith('Slack takes no file'))).toHaveLength(1);
      expect(bot.trouble()).toBeNull();
      expect((await stage.thread()).map(keyOf)).toEqual(expect.arrayContaining(['card', 'checklist', 'approval']));
    },
  );

  it('is not refused for good because the upload once failed (T26)', async () => {
    await stage.fault('upload', { kind: 'http_500' });
    stage.show('checklist_proved');
    await stage.seconds(stage.aBot(), 10);
    expect(await files()).toHaveLength(1);
  });

  it('is shared once when the answer to the last call was lost, also over a restart (T26, T12)', async () => {
    await stage.fault('files.completeUploadExternal', { kind: 'lost' });
    const bot = stage.aBot();
    stage.show('checklist_proved');
    await stage.seconds(bot, 10);
    expect(await files()).toHaveLength(1);
    (stage.ledger.rows as unknown[]).length = 0;
    await stage.seconds(stage.aBot(), 5);
    expect(await files()).toHaveLength(1);
  });

  it('never holds an alert up: files have their own limit (T26, T11)', async () => {
    await stage.fault('files.getUploadURLExternal', { kind: 'rate_limited', retry_after: 120 });
    const bot = stage.aBot();
    stage.show('migrating_alert');
    await stage.seconds(bot, 5);
    expect((await stage.thread()).map(keyOf)).toContain('alert:p95');
    await stage.seconds(bot, 125);
    expect(await files()).toHaveLength(1);
  });
});
