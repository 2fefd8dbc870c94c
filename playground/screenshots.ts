import 'temporal-polyfill/global';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { openBrowser } from './browser.ts';
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
  type Place,
} from './hands.ts';
import { startWorld } from './world.ts';

/** Walks the story by clicks in the page and writes docs/images/*.png for the README. `CHROMIUM` names the browser. */
const IMAGES = new URL('../docs/images/', import.meta.url).pathname;
const LARGEST = 200 * 1024;
const REHEARSED_MS = 300_000;
const WORKED_MS = 600_000;

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

async function walk(place: Place): Promise<void> {
  const { page, channel, thread } = place;
  const card = newestCard(place);
  await type(place, '/migrate plan');
  await named(channel, 'Start checklist').waitFor();
  await picture('plan', card);
  await named(channel, 'Start checklist').click();
  await openThread(place);
  await confirmAll(place, 'Maya');
  await answerAll(place);
  await named(thread, 'Approve').waitFor({ timeout: REHEARSED_MS });
  await saying(thread, '22 of 22 ready').waitFor();
  await picture('checklist', saying(thread, 'People confirm their lines'));
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
  await startNow(place);
  await card.filter({ hasText: /rows [1-9][\d,]* of/ }).waitFor({ timeout: WORKED_MS });
  await picture('run', card);
  const alert = saying(thread, 'You decide');
  await alert.waitFor({ timeout: WORKED_MS });
  await picture('alert', alert);
  await rollBackNow(place, alert);
  await card.filter({ hasText: 'Everything was undone' }).waitFor({ timeout: WORKED_MS });
  await picture('rolled-back', card);
  await named(thread, 'Open report').waitFor();
  await picture('report', saying(thread, 'Timeline'));
}

const browser = await openBrowser();
// Ends the walk, and with it everything that was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void browser.close());
try {
  const world = await startWorld({ port: 0, log: () => undefined });
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 1700 }, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    await page.goto(world.slack.url);
    await walk(placeOn(page));
  } finally {
    await world.stop();
  }
} finally {
  await browser.close();
}
process.exit(0);
