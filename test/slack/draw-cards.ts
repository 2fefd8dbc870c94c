import 'temporal-polyfill/global';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { App, LogLevel } from '@slack/bolt';
import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import { openBrowser } from '../../playground/browser.ts';
import { startSlack } from '../../playground/slack/server.ts';
import { PEOPLE } from '../support/plans.ts';
import { CARDS, cardsDocument, goldenCards } from './cards.ts';
import type { Card, ViewCard } from './cards.ts';

/**
 * Draws docs/cards: every golden message, answer and view is sent to the local Slack, and its picture taken there. Needs a
 * Chromium, and a font with emoji (Debian: chromium, fonts-noto-color-emoji).
 */
const TOKENS = { botToken: 'xoxb-cards', appToken: 'xapp-cards' };
const COMMAND = { command: '/window', description: 'Gives a trigger for a window', usage_hint: '' };
const people = PEOPLE.map(({ id, name, roles }) => ({ id, name, real_name: name, roles: [...roles] }));
const user = people[0]?.id ?? '';
const channel = 'deployments';
/** The golden messages are of that evening. */
const EVENING = '2026-11-24T19:00:00Z';
const still = () => Promise.resolve(EVENING);
const clock = { zone: 'Europe/Berlin', now: still, set: still, advance: still };

const cards = goldenCards();
mkdirSync(CARDS, { recursive: true });
for (const file of readdirSync(CARDS)) if (file.endsWith('.png')) rmSync(new URL(file, CARDS));

const slack = await startSlack({ people, channels: [channel], commands: [COMMAND], clock, rateLimits: false, appIn: [channel], ...TOKENS });
const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
const app = new App({ token: TOKENS.botToken, appToken: TOKENS.appToken, socketMode: true, logLevel: LogLevel.ERROR, clientOptions });
let trigger = '';
app.command(COMMAND.command, async ({ ack, command }) => {
  trigger = command.trigger_id;
  await ack();
});
await app.start();
const browser = await openBrowser();
// Past the page's own rules, so that a long window can be shown whole.
const view = { viewport: { width: 900, height: 1600 }, timezoneId: 'Europe/Berlin', locale: 'en-GB', bypassCSP: true };
const page = await browser.newPage(view);

async function act(what: string, given: object): Promise<void> {
  const response = await fetch(`${slack.url}/_control/${what}`, { method: 'POST', body: JSON.stringify({ user, channel, ...given }) });
  if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
}

async function shoot(name: string, selector: string): Promise<void> {
  const drawn = page.locator(selector);
  await drawn.waitFor();
  await page.mouse.move(0, 0);
  await drawn.screenshot({ path: new URL(`${name}.png`, CARDS).pathname, animations: 'disabled' });
}

/** A message everybody sees is taken away again; an answer stays below the others, where nothing follows it. */
async function drawMessage({ kind, name, text, blocks: given }: Card): Promise<void> {
  const said = { channel, text, blocks: given as KnownBlock[] };
  if (kind === 'answer') {
    const { message_ts } = await app.client.chat.postEphemeral({ ...said, user });
    return shoot(name, `#main [data-ts="${message_ts}"]`);
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
  const { channel: at = '', ts = '' } = await app.client.chat.postMessage(said);
  await shoot(name, `#main [data-key="${at} ${ts}"]`);
  await app.client.chat.delete({ channel: at, ts });
}

async function drawModal({ name, view: given }: ViewCard): Promise<void> {
  await act('slash', { text: COMMAND.command });
  await app.client.views.open({ trigger_id: trigger, view: given as unknown as ModalView });
  await shoot(name, 'dialog.modal[open]');
  await act('close', {});
  await page.locator('dialog.modal[open]').waitFor({ state: 'detached' });
}

/** The page draws a Home tab anew when it is published anew: the picture waits for that. */
async function drawHome({ name, view: given }: ViewCard): Promise<void> {
  const drawn = await page.locator('#main .home').elementHandle();
  await app.client.views.publish({ user_id: user, view: given as unknown as HomeView });
  await page.waitForFunction((before) => !(before as { readonly isConnected: boolean }).isConnected, drawn);
  await shoot(name, '#main .home .blocks');
}

const only = (kind: (Card | ViewCard)['kind']) => cards.filter((card) => card.kind === kind);
try {
  await page.clock.setFixedTime(EVENING);
  await page.goto(slack.url);
  await page.addStyleTag({ content: 'dialog.modal { max-height: none; }' });
  for (const card of cards) if ('blocks' in card) await drawMessage(card);
  for (const card of only('modal')) if ('view' in card) await drawModal(card);
  await page.setViewportSize({ width: 900, height: 2400 });
  await page.locator('#sidebar [data-channel^="D"]').click();
  await page.getByRole('tab', { name: 'Home' }).click();
  for (const card of only('home')) if ('view' in card) await drawHome(card);
  writeFileSync(new URL('README.md', CARDS), cardsDocument(cards));
  console.log(`docs/cards: ${cards.length} pictures`);
} finally {
  await browser.close();
  await app.stop();
  await slack.stop();
}
