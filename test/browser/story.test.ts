import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../../playground/browser.ts';
import {
  answerAll,
  become,
  confirmAll,
  evening,
  named,
  newestCard,
  openThread,
  placeOn,
  rollBackNow,
  saying,
  startNow,
  type,
} from '../../playground/hands.ts';
import { startWorld, type World } from '../../playground/world.ts';
import { sql } from '../support/postgres.ts';
import { seriousFaults } from './faults-of-access.ts';

const REHEARSED_MS = 180_000;
const WORKED_MS = 180_000;
const APPLIED = "SELECT version FROM offpeak.history WHERE version > '0006'";

describe('the whole story by clicks in a real browser', () => {
  let world: World;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    world = await startWorld({ port: 0, observe: '8s', log: () => undefined });
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  const open = async (colorScheme: 'light' | 'dark') => {
    page = await browser.newPage({ colorScheme, viewport: { width: 1360, height: 1000 }, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    // Edits are forty a minute, and these hands are faster than people's: what they pressed may be drawn with the next minute's.
    page.setDefaultTimeout(60_000);
    await page.goto(world.slack.url);
    return placeOn(page);
  };

  it.each(['light', 'dark'] as const)(
    'in %s: plan, checklist, approvals, run, alert, rollback; axe finds nothing serious',
    async (scheme) => {
      const place = await open(scheme);
      const { thread } = place;
      const card = newestCard(place);
      const faults = new Map<string, readonly string[]>();
      const examine = async (what: string) => void faults.set(what, await seriousFaults(page));

      // Before anything is confirmed: a jump to the next evening may be a day long, and what people said counts for a day.
      if (scheme === 'light') await evening(page);
      await type(place, '/migrate plan');
      await named(card, 'Start checklist').waitFor();
      await examine('the plan');
      await named(card, 'Start checklist').click();
      await openThread(place);
      await named(thread, 'Confirm…').first().click();
      await page.locator('dialog.modal textarea').waitFor();
      await examine('a window');
      await page.keyboard.press('Escape');
      await confirmAll(place, 'Maya');
      await answerAll(place);
      await named(thread, 'Approve').waitFor({ timeout: REHEARSED_MS });
      await examine('the thread');
      await become(place, 'Sam');
      await named(thread, 'Approve').click();
      await saying(thread, 'Approval · 1 of 2').waitFor();
      await become(place, 'Priya');
      await named(thread, 'Approve').click();
      await saying(thread, 'Approval · 2 of 2').waitFor();
      await become(place, 'Maya');
      await startNow(place);
      const alert = saying(thread, 'You decide');
      await alert.waitFor({ timeout: WORKED_MS });
      await rollBackNow(place, alert);
      await card.filter({ hasText: 'Everything was undone' }).waitFor({ timeout: WORKED_MS });
      await named(thread, 'Open report').waitFor();
      await examine('the end');
      expect(await sql(world.places.production, APPLIED)).toEqual([]);
      expect(Object.fromEntries([...faults].filter(([, found]) => found.length > 0))).toEqual({});
      await page.close();
    },
  );
});
