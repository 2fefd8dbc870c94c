import type { Locator, Page } from 'playwright-core';

/** The page of the local Slack and its two panes. */
export type Place = { readonly page: Page; readonly channel: Locator; readonly thread: Locator };

/** What people type into the windows of the checklist: who asked for the plan, and who reads its way back. */
const EVIDENCE = {
  Maya: ['Ran all three on staging; EXPLAIN uses the new index', 'Nightly at 02:10, green in the provider’s console'],
  Sam: ['Read the down scripts; ids already given out are lost'],
} as const;

export function placeOn(page: Page): Place {
  return { page, channel: page.locator('#main'), thread: page.locator('#thread') };
}

/** The button with exactly this label. */
export function named(where: Locator, label: string): Locator {
  return where.locator(`button:text-is(${JSON.stringify(label)})`);
}

/** How long the page may take to ask before a click counts as the only one. */
const ASKS_MS = 3_000;

/** Presses Roll back now, behind whose label stands what it costs, and confirms when it asks: it does unless nothing would be lost. */
export async function rollBackNow({ page }: Place, message: Locator): Promise<void> {
  await message.locator('button', { hasText: /^Roll back now/ }).click();
  await page
    .locator('dialog.confirm button.danger')
    .click({ timeout: ASKS_MS })
    .catch(() => undefined);
}

/** The newest message that says this. */
export function saying(where: Locator, text: string | RegExp): Locator {
  return where.locator('.message').filter({ hasText: text }).last();
}

/** The newest card of the channel. */
export function newestCard({ page, channel }: Place): Locator {
  return channel
    .locator('.message')
    .filter({ has: page.locator('h3') })
    .last();
}

/** Types a slash command into the channel and sends it. */
export async function type({ channel }: Place, line: string): Promise<void> {
  await channel.locator('textarea').fill(line);
  await channel.locator('textarea').press('Enter');
}

/** Opens the thread of the newest card. */
export async function openThread(place: Place): Promise<void> {
  await newestCard(place).locator('.replies').click();
}

/** Acts as somebody else from here on, with the newest card's thread open. */
export async function become(place: Place, name: string): Promise<void> {
  const { page, thread } = place;
  await page.click('.acting');
  await page.locator('#people button', { hasText: name }).click();
  if (!(await thread.isVisible())) await openThread(place);
}

/** Confirms the lines that wait for this person, each in its window. */
export async function confirmAll({ page, thread }: Place, name: keyof typeof EVIDENCE): Promise<void> {
  for (const words of EVIDENCE[name]) {
    const answered = await named(thread, 'Withdraw').count();
    await named(thread, 'Confirm…').first().click();
    await page.fill('dialog.modal textarea', words);
    await page.click('dialog.modal button[type=submit]');
    await named(thread, 'Withdraw').nth(answered).waitFor();
  }
}

/** Sam reads the way back and acknowledges, Priya is on call: what nobody can do for another. */
export async function answerAll(place: Place): Promise<void> {
  const { thread } = place;
  await become(place, 'Sam');
  await confirmAll(place, 'Sam');
  await named(thread, 'Acknowledge').click();
  await named(thread, 'Acknowledge').waitFor({ state: 'detached' });
  await become(place, 'Priya');
  await named(thread, "I'm available").click();
  await named(thread, "I'm available").waitFor({ state: 'detached' });
}

/** 20:00 of the program's day: the end of peak hours, and two hours more. */
export async function evening(page: Page): Promise<void> {
  const hands = page.locator('#clock');
  await named(hands, '18:00').click();
  for (const minutes of Array.from({ length: 8 }, (_, index) => 18 * 60 + (index + 1) * 15)) {
    await named(hands, '+15 min').click();
    const hour = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
    await hands.filter({ hasText: hour }).waitFor();
  }
}

const TRIES = 12;
const TRY_MS = 8_000;

/** A line may not pass yet (the clock jumped, the last alert is a minute ago): clicked again until the machines have read it anew. */
export async function startNow(place: Place): Promise<void> {
  const begun = newestCard(place).filter({ hasText: 'Preparing' });
  for (let tries = 1; ; tries += 1) {
    await named(newestCard(place), 'Start now').click();
    try {
      return await begun.waitFor({ timeout: TRY_MS });
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}
