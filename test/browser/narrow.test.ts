import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestCard, placeOn } from '../../playground/hands.ts';
import { seriousFaults } from './faults-of-access.ts';
import { aStage, type Stage } from './stage.ts';

describe('the page on a telephone', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await aStage();
    const card = await stage.post('card.planned');
    await stage.post('checklist.checklist', card);
  });

  afterAll(() => stage.stop());

  const panes = async (page: Page) => {
    const shown = await Promise.all(['#sidebar', '#main', '#thread'].map(async (pane) => ((await inSight(page, pane)) ? [pane] : [])));
    return shown.flat();
  };

  it.each(['light', 'dark'] as const)(
    'shows one pane at a time in %s, nothing runs off the side, and axe finds nothing serious',
    async (colorScheme) => {
      const page = await stage.open({ width: 390, height: 844, colorScheme });
      const place = placeOn(page);
      expect(await panes(page)).toEqual(['#main']);
      expect(await overflow(page)).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);

      await newestCard(place).locator('.replies').click();
      await page.getByRole('heading', { name: 'Thread' }).waitFor();
      expect(await panes(page)).toEqual(['#thread']);
      expect(await overflow(page)).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);

      await page.getByRole('button', { name: 'Back to #deployments' }).click();
      await page.getByRole('button', { name: 'Back to channels' }).click();
      await page.locator('#sidebar').getByText('general').click();
      await page.getByRole('heading', { name: '#general' }).waitFor();
      expect(await panes(page)).toEqual(['#main']);
      await page.close();
    },
  );

  it('brings up the side panel as a sheet, and Escape takes it away', async () => {
    const page = await stage.open({ width: 390, height: 844 });
    expect(await page.locator('#panel').isVisible()).toBe(false);
    await page.locator('#panel-toggle').click();
    await page.getByRole('tab', { name: 'Faults' }).click();
    expect(await overflow(page)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('#panel').waitFor({ state: 'hidden' });
    await page.close();
  });
});

type Window = {
  readonly innerWidth: number;
  getComputedStyle(this: void, element: object): { readonly visibility: string };
  readonly document: { readonly documentElement: { readonly scrollWidth: number } };
};

/** Whether some of it lies within the window. */
function inSight(page: Page, pane: string): Promise<boolean> {
  return page.locator(pane).evaluate((element) => {
    const { innerWidth, getComputedStyle } = globalThis as unknown as Window;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return getComputedStyle(element).visibility !== 'hidden' && bottom > top && right > 1 && left < innerWidth - 1;
  });
}

/** How many pixels the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { innerWidth, document } = globalThis as unknown as Window;
    return Math.max(0, document.documentElement.scrollWidth - innerWidth);
  });
}
