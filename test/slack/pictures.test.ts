import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pngOf } from '../../src/slack/chart.ts';
import type { Publisher } from '../../src/slack/publisher.ts';
import { aStage, hasButtons, keyOf, type Seen, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

type Image = { readonly type: 'image'; readonly slack_file: { readonly id: string }; readonly alt_text: string };

const alert = async (): Promise<Seen> => {
  const found = (await stage.thread()).find((message) => keyOf(message) === 'alert:p95');
  if (found === undefined) throw new Error('there is no alert');
  return found;
};
const imageOf = ({ blocks }: Pick<Seen, 'blocks'>) => blocks.find((block): block is Image => block.type === 'image');
/** Of charts: the SQL of the plan is uploaded too. */
const announced = async () =>
  (await stage.requests('files.getUploadURLExternal', ({ filename }) => String(filename).endsWith('.png'))).length;
const uploads = async () =>
  (await stage.requests('files.completeUploadExternal', ({ files }) => JSON.stringify(files).includes('alert p95'))).length;

/** Seconds pass until the alert shows a picture that it did not show before. */
async function illustrated(bot: Publisher, before?: string): Promise<Image> {
  let image: Image | undefined;
  await stage.until(async () => {
    await stage.seconds(bot, 1);
    image = imageOf(await alert());
    return image !== undefined && image.slack_file.id !== before;
  }, 'a picture on the alert');
  if (image === undefined) throw new Error('no picture');
  return image;
}

describe('pictures: the chart of an alert (R95)', () => {
  it('posts the alert at once, and adds the chart below its buttons when Slack has it', async () => {
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating');
    await bot.tick();
    stage.show('migrating_alert');
    await bot.tick();
    expect(imageOf(await alert()), 'nothing waited for a picture').toBeUndefined();
    expect(hasButtons(await alert())).toBe(true);
    const image = await illustrated(bot);
    const { blocks } = await alert();
    expect(blocks.findIndex(({ type }) => type === 'actions')).toBeLessThan(blocks.findIndex(({ type }) => type === 'image'));
    expect(image.alt_text).toMatch(/^Chart of Response time p95 on run #42: 412 ms, above its limit of 142 ms, 118 ms before the run\./);
    const png = new DataView(await (await fetch(`${stage.slack.url}/files/${image.slack_file.id}/picture`)).arrayBuffer());
    expect(png.getUint32(0), 'a PNG').toBe(0x89504e47);
    expect([png.getUint32(16), png.getUint32(20)], 'twice the size of the drawing').toEqual([1040, 520]);
  });

  it('never takes the buttons from an alert whose file Slack still examines', async () => {
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating_alert');
    await bot.tick();
    await stage.until(async () => (await uploads()) > 0, 'the upload');
    await stage.fault('chat.update', { kind: 'error', error: 'invalid_blocks', times: 2 });
    await illustrated(bot);
    expect(await stage.refusals('chat.update'), 'it was refused, and tried again later').toBeGreaterThanOrEqual(2);
    const { ts } = await alert();
    const edits = await stage.requests('chat.update', (request) => request['ts'] === ts);
    for (const { blocks } of edits) expect(JSON.stringify(blocks)).toContain('"actions"');
  });

  it('draws anew when the alert clears, and not because seconds pass', async () => {
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating_alert');
    await bot.tick();
    const first = await illustrated(bot);
    await stage.seconds(bot, 40);
    expect(await uploads()).toBe(1);
    stage.show('migrating_alert_cleared');
    await stage.seconds(bot, 1);
    const second = await illustrated(bot, first.slack_file.id);
    expect(second.alt_text).toMatch(/and cleared after 50 s\.$/);
    await stage.seconds(bot, 40);
    expect(await uploads()).toBe(2);
  });

  it('shows after a restart the picture that stands, and uploads none again', async () => {
    const first = stage.aBot({ png: pngOf });
    stage.show('migrating_alert');
    await first.tick();
    const image = await illustrated(first);
    await first.stop();
    const edits = await stage.calls('chat.update');
    const second = stage.aBot({ png: pngOf });
    await stage.seconds(second, 20);
    expect(imageOf(await alert())).toEqual(image);
    expect(await uploads()).toBe(1);
    expect(await stage.calls('chat.update'), 'nothing to change but the watched card').toBeLessThanOrEqual(edits + 1);
  });

  it('posts alerts without a chart where none can be drawn, and says so once', async () => {
    const bot = stage.aBot({ png: () => Promise.reject(new Error('Cannot find native binding')) });
    stage.show('migrating_alert');
    await stage.seconds(bot, 60);
    stage.show('rolled_back');
    await stage.seconds(bot, 60);
    expect(imageOf(await alert())).toBeUndefined();
    expect((await alert()).text).toContain('412 ms');
    expect(stage.logged.filter((line) => line.includes('no chart can be drawn'))).toHaveLength(1);
    expect(await announced()).toBe(0);
  });

  it('waits as long as Slack says before it uploads again, and holds no message up meanwhile', async () => {
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating');
    await bot.tick();
    await stage.fault('files.getUploadURLExternal', { kind: 'rate_limited', retry_after: 20, times: 1 });
    stage.show('migrating_alert');
    await bot.tick();
    await stage.until(async () => (await stage.refusals('files.getUploadURLExternal')) === 1, 'the refusal');
    await stage.seconds(bot, 15);
    expect(await announced()).toBe(1);
    stage.show('stopping_alert');
    await stage.seconds(bot, 1);
    expect(hasButtons(await alert()), 'the alert followed the run').toBe(false);
    await illustrated(bot);
  });

  it('asks ever more seldom while uploads fail, and catches up when they work again', async () => {
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating');
    await bot.tick();
    await stage.fault('files.completeUploadExternal', { kind: 'error', error: 'internal_error', times: 3 });
    stage.show('migrating_alert');
    await stage.until(async () => {
      await stage.seconds(bot, 5);
      return (await uploads()) === 3;
    }, 'three failures');
    const tries = await announced();
    await stage.seconds(bot, 60);
    expect(await announced(), 'a minute is not long enough after the third').toBe(tries);
    expect(hasButtons(await alert())).toBe(true);
    await illustrated(bot);
  });

  it('gives the chart up where the app may upload nothing', async () => {
    await stage.stop();
    stage = await aStage({ scopes: ['chat:write', 'channels:read', 'channels:join', 'channels:history'] });
    const bot = stage.aBot({ png: pngOf });
    stage.show('migrating_alert');
    await bot.tick();
    await stage.until(async () => (await stage.refusals('files.getUploadURLExternal')) > 0, 'the refusal');
    await stage.seconds(bot, 120);
    expect(stage.logged.filter((line) => line.includes('takes no picture'))).toHaveLength(1);
    expect(hasButtons(await alert())).toBe(true);
  });
});
