import 'temporal-polyfill/global';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { openBrowser } from '../../playground/browser.ts';
import { startSlack } from '../../playground/slack/server.ts';
import { PEOPLE } from '../support/plans.ts';
import { CARDS, cardsDocument, goldenCards } from './cards.ts';

/**
 * Draws docs/cards: posts every golden message to the local Slack and takes its picture there. Needs a Chromium, and a font with emoji
 * (Debian: chromium, fonts-noto-color-emoji).
 */
const TOKENS = { botToken: 'xoxb-cards', appToken: 'xapp-cards' };
const people = PEOPLE.map(({ id, name, roles }) => ({ id, name, real_name: name, roles: [...roles] }));
const channel = 'deployments';
/** The golden messages are of that evening. */
const EVENING = '2026-11-24T19:00:00Z';
const still = () => Promise.resolve(EVENING);
const clock = { zone: 'Europe/Berlin', now: still, set: still, advance: still };

const cards = goldenCards();
mkdirSync(CARDS, { recursive: true });
for (const file of readdirSync(CARDS)) if (file.endsWith('.png')) rmSync(new URL(file, CARDS));

const slack = await startSlack({ people, channels: [channel], commands: [], clock, rateLimits: false, appIn: [channel], ...TOKENS });
const browser = await openBrowser();
try {
  const client = new WebClient(TOKENS.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const page = await browser.newPage({ viewport: { width: 900, height: 1200 }, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await page.clock.setFixedTime(EVENING);
  await page.goto(slack.url);
  for (const { name, text, blocks } of cards) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    const { channel: at = '', ts = '' } = await client.chat.postMessage({ channel, text, blocks: blocks as KnownBlock[] });
    const message = page.locator(`#main [data-key="${at} ${ts}"]`);
    await message.waitFor();
    await page.mouse.move(0, 0);
    await message.screenshot({ path: new URL(`${name}.png`, CARDS).pathname, animations: 'disabled' });
    await client.chat.delete({ channel: at, ts });
  }
  writeFileSync(new URL('README.md', CARDS), cardsDocument(cards));
  console.log(`docs/cards: ${cards.length} pictures`);
} finally {
  await browser.close();
  await slack.stop();
}
