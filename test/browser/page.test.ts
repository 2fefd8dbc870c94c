import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStage, type Stage } from './stage.ts';

describe('the page and its side panel', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await aStage();
  });

  afterAll(() => stage.stop());

  const open = () => stage.open({ width: 1360, height: 900 });

  it('works by keys alone: completes the command, answers, lists the keys, closes what is open', async () => {
    const page = await open();
    await page.keyboard.type('/mi');
    await page
      .getByRole('option', { name: /\/migrate/ })
      .first()
      .waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: /status/ }).waitFor();
    await page.keyboard.type('st');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Heard status.').waitFor();
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.close();
  });

  it('carries the banner that says it is not Slack', async () => {
    const page = await open();
    expect(await page.locator('#banner').textContent()).toContain('Local stand-in, not Slack');
    await page.close();
  });

  it('shows an outage across the page, fails a command in the words of Slack, and ends it', async () => {
    const page = await open();
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByRole('switch', { name: 'Full outage' }).click();
    await page.getByText('Slack is down.').waitFor();
    await page.locator('#main textarea').fill('/migrate help');
    await page.locator('#main textarea').press('Enter');
    await page.getByText('/migrate failed').first().waitFor();
    await page.getByRole('button', { name: 'End the outage' }).click();
    await page.getByText('Slack is down.').waitFor({ state: 'hidden' });
    await page.close();
  });

  it('makes the next calls fail as asked, and the traffic shows which did', async () => {
    const page = await open();
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByLabel('Method').selectOption('chat.postMessage');
    await page.getByRole('button', { name: '503' }).click();
    await page.locator('[data-fault]').waitFor();
    await expect(stage.post('card.planned')).rejects.toThrow('503');
    await page.locator('[data-fault]').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Traffic' }).click();
    const row = page.locator('#panel').getByText('chat.postMessage').first();
    await row.waitFor();
    await page.close();
  });

  it('marks what came in a channel nobody looks at, until it is read', async () => {
    const page = await open();
    await page.locator('#sidebar').getByText('general').click();
    await stage.post('card.planned');
    const mark = page.locator('#sidebar').getByRole('button', { name: /deployments.*(new|unread)/i });
    await mark.waitFor();
    await mark.click();
    await page.getByRole('heading', { name: '#deployments' }).waitFor();
    await mark.waitFor({ state: 'detached' });
    await page.close();
  });
});
