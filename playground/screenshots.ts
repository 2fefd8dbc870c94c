import 'temporal-polyfill/global';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { chromium, type Locator, type Page } from 'playwright-core';
import { startWorld } from './world.ts';

/** Walks the story by clicks in the page and writes docs/images/*.png for the README. `CHROMIUM` names the browser. */
const IMAGES = new URL('../docs/images/', import.meta.url).pathname;
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LARGEST = 200 * 1024;
const REHEARSED_MS = 300_000;
const WORKED_MS = 600_000;

const EVIDENCE = [
  'Ran all three on staging; EXPLAIN uses the new index',
  'Sales and support, in #general at 15:10',
  'Leo: “here all evening”, in #database-emergency',
  'Priya and I read the down scripts; ids already given out are lost',
];

type Place = { readonly page: Page; readonly channel: Locator; readonly thread: Locator };

/** A message as small as it is readable; refused when the README would grow fat. */
async function picture(name: string, message: Locator): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const file = `${IMAGES}${name}.png`;
  const draft = `${file}.new.png`;
  await message.scrollIntoViewIfNeeded();
  await message.page().mouse.move(0, 0);
  await message.screenshot({ path: draft, animations: 'disabled' });
  const { size } = await stat(draft);
  if (size > LARGEST) {
    await rm(draft);
    throw new Error(`${name}.png would have ${Math.ceil(size / 1024)} KiB; the README takes ${LARGEST / 1024} at most.`);
  }
  await rename(draft, file);
  console.log(`docs/images/${name}.png ${Math.ceil(size / 1024)} KiB`);
}

const named = (where: Locator, label: string) => where.locator(`button:text-is("${label}")`);
const saying = (where: Locator, text: string | RegExp) => where.locator('.message').filter({ hasText: text }).last();

async function become({ page, channel, thread }: Place, name: string): Promise<void> {
  await page.click('.acting');
  await page.locator('#people button', { hasText: name }).click();
  if (!(await thread.isVisible())) await channel.locator('.replies').last().click();
}

async function confirmAll({ page, thread }: Place): Promise<void> {
  for (const [index, words] of EVIDENCE.entries()) {
    await named(thread, 'Confirm…').first().click();
    await page.fill('dialog.modal textarea', words);
    await page.click('dialog.modal button[type=submit]');
    await named(thread, 'Withdraw').nth(index).waitFor();
  }
}

/** 20:00 of the program's day: the end of peak hours, and two hours more. */
async function evening(page: Page): Promise<void> {
  const hands = page.locator('#clock');
  await named(hands, '18:00').click();
  for (const minutes of Array.from({ length: 8 }, (_, index) => 18 * 60 + (index + 1) * 15)) {
    await named(hands, '+15 min').click();
    const hour = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
    await hands.filter({ hasText: hour }).waitFor();
  }
}

/** What the machines had read expired when the clock jumped, so the first click may be refused until they have read it again. */
async function startNow(channel: Locator, card: Locator): Promise<void> {
  for (const last of [false, false, false, false, true]) {
    await named(channel, 'Start now').click();
    const started = await card
      .filter({ hasText: 'Preparing' })
      .waitFor({ timeout: 8_000 })
      .then(() => true)
      .catch((error: unknown) => {
        if (last) throw error;
        return false;
      });
    if (started) return;
  }
}

async function walk(place: Place): Promise<void> {
  const { page, channel, thread } = place;
  const card = channel
    .locator('.message')
    .filter({ has: page.locator('h3') })
    .last();
  await channel.locator('textarea').fill('/migrate plan');
  await channel.locator('textarea').press('Enter');
  await named(channel, 'Start checklist').waitFor();
  await picture('plan', card);
  await named(channel, 'Start checklist').click();
  await channel.locator('.replies').last().click();
  await confirmAll(place);
  await named(thread, 'Approve').waitFor({ timeout: REHEARSED_MS });
  await saying(thread, '14 of 14 ready').waitFor();
  await picture('checklist', saying(thread, 'People confirm four lines'));
  for (const [approver, count] of [
    ['Sam', '1 of 2'],
    ['Priya', '2 of 2'],
  ] as const) {
    await become(place, approver);
    await named(thread, 'Approve').click();
    await saying(thread, `Approval · ${count}`).waitFor();
  }
  await become(place, 'Maya');
  await evening(page);
  await startNow(channel, card);
  await card.filter({ hasText: /rows [1-9][\d,]* of/ }).waitFor({ timeout: WORKED_MS });
  await picture('run', card);
  const alert = saying(thread, 'You decide');
  await alert.waitFor({ timeout: WORKED_MS });
  await picture('alert', alert);
  await named(alert, 'Roll back now').click();
  await card.filter({ hasText: 'Everything was undone' }).waitFor({ timeout: WORKED_MS });
  await picture('rolled-back', card);
  await named(thread, 'Open report').waitFor();
  await picture('report', saying(thread, 'Timeline'));
}

const executablePath = [process.env['CHROMIUM'] ?? '', ...USUAL].find((path) => path !== '' && existsSync(path));
if (executablePath === undefined) {
  console.error(
    `There is no Chromium. Install one (apt-get install chromium) or set CHROMIUM to its path. Looked at: ${USUAL.join(', ')}.`,
  );
  process.exit(1);
}
const world = await startWorld({ port: 0, log: () => undefined });
try {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS, handleSIGINT: false, handleSIGTERM: false });
  // Ends the walk, and with it everything that was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void browser.close());
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 1700 }, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    await page.goto(world.slack.url);
    await walk({ page, channel: page.locator('#main'), thread: page.locator('#thread') });
  } finally {
    await browser.close();
  }
} finally {
  await world.stop();
}
process.exit(0);
