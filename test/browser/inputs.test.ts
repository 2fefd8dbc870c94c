import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aStage, type Stage } from './stage.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const input = (block_id: string, element: object) => ({ type: 'input', block_id, label: plain(block_id), element });

describe('what people do on the page with forms, attachments and the side panel', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await aStage();
  });

  afterAll(() => stage.stop());

  const open = () => stage.open({ width: 1280, height: 800 });

  it('submits a window by Ctrl+Enter from a textarea, with files, formatted text and ids that hold spaces', async () => {
    const page = await open();
    const sent = stage.nextSubmission();
    await stage.openModal(page, [
      input('the reason', { type: 'plain_text_input', action_id: 'in words', multiline: true }),
      input('proof', { type: 'file_input', action_id: 'files', filetypes: ['sql'] }),
      input('note', { type: 'rich_text_input', action_id: 'rich' }),
    ]);
    await page.getByLabel('proof').setInputFiles({ name: 'plan.sql', mimeType: 'text/plain', buffer: Buffer.from('SELECT 1') });
    await page.locator('dialog').getByText('plan.sql').waitFor();
    await page.getByLabel('note').fill('As agreed.');
    await page.getByLabel('the reason').fill('Too risky\ntonight.');
    await page.keyboard.press('Control+Enter');
    const values = await sent;
    expect(values['the reason']?.['in words']?.value).toBe('Too risky\ntonight.');
    expect(values['proof']?.['files']?.files).toMatchObject([{ name: 'plan.sql', size: 8 }]);
    expect(JSON.stringify(values['note'])).toContain('As agreed.');
    await page.locator('dialog.modal[open]').waitFor({ state: 'detached' });
    await page.close();
  });

  it('draws attachments: the bar, the fields, their blocks, and as JSON what it does not know', async () => {
    const page = await open();
    const attachments = [
      { color: '#ff0000', title: 'Alert', text: '*p95* is high', fields: [{ title: 'Now', value: '900 ms', short: true }] },
      { fallback: 'Only words' },
      { blocks: [{ type: 'section', text: plain('In a block') }] },
      { mystery: 'box' },
    ];
    const ts = await stage.say({ text: 'Below', attachments });
    const drawn = page.locator(`#main [data-ts="${ts}"] .attachment`);
    await drawn.nth(3).waitFor();
    expect(await drawn.nth(0).locator('strong').textContent()).toBe('p95');
    expect(await drawn.nth(0).textContent()).toContain('900 ms');
    expect(await barOf(page, ts)).toBe('rgb(255, 0, 0)');
    expect(await drawn.nth(1).textContent()).toBe('Only words');
    expect(await drawn.nth(2).textContent()).toBe('In a block');
    expect(await drawn.nth(3).locator('pre').textContent()).toContain('"mystery": "box"');
    await page.close();
  });

  it('shows no tab for a clock and a sample app there are none of, and begins with the traffic', async () => {
    const page = await open();
    expect(await page.locator('#panel [role=tab]').allTextContents()).toEqual(['Faults', expect.stringMatching(/^Traffic/)]);
    expect(await page.locator('#panel [role=tab][aria-selected=true]').textContent()).toMatch(/^Traffic/);
    await page.close();
  });
});

describe('the bar with a clock and somebody of three roles', () => {
  let stage: Stage;

  beforeAll(async () => {
    const still = () => Promise.resolve('2026-11-24T19:00:00Z');
    const maya = { id: 'U0MAYA', name: 'maya', real_name: 'Maya Lindqvist', roles: ['requester', 'approver', 'on-call'] };
    stage = await aStage({ people: [maya], clock: { zone: 'Europe/Berlin', now: still, set: still, advance: still } });
  });

  afterAll(() => stage.stop());

  it.each([1240, 1280, 1440])('is one line at %s pixels: nothing of the banner is cut, no role wraps', async (width) => {
    const page = await stage.open({ width, height: 800 });
    const cut = await page
      .locator('#banner')
      .evaluate((element: { scrollWidth: number; clientWidth: number }) => element.scrollWidth - element.clientWidth);
    expect(cut).toBe(0);
    const tops = await page
      .locator('.acting .role')
      .evaluateAll((roles: { getBoundingClientRect(): { top: number } }[]) => roles.map((role) => role.getBoundingClientRect().top));
    expect([tops.length, new Set(tops).size]).toEqual([3, 1]);
    expect((await page.locator('#bar').boundingBox())?.height).toBeLessThan(56);
    await page.close();
  });
});

function barOf(page: Page, ts: string): Promise<string> {
  return page
    .locator(`#main [data-ts="${ts}"] .attachment`)
    .first()
    .evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as { getComputedStyle(this: void, element: object): { borderLeftColor: string } };
      return getComputedStyle(element).borderLeftColor;
    });
}
