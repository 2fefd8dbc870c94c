import { readFileSync } from 'node:fs';
import { App, LogLevel, type ViewStateValue } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../playground/browser.ts';
import { startSlack, type LocalSlack, type SlackOptions } from '../../playground/slack/server.ts';
import { PEOPLE } from '../support/plans.ts';

const TOKENS = { botToken: 'xoxb-browser', appToken: 'xapp-browser' };
const COMMAND = { command: '/migrate', description: 'Runs migrations', usage_hint: 'plan · status [target] · help' };

export type Stage = {
  readonly slack: LocalSlack;
  /** A page of this size, with the workspace loaded. */
  open(view: { width: number; height: number; colorScheme?: 'light' | 'dark' }): Promise<Page>;
  /** Posts a golden message of the program; a reply when a thread is named. Answers its `ts`. */
  post(golden: string, thread?: string): Promise<string>;
  /** Says something else; answers its `ts`. */
  say(message: { text: string; attachments: object[] }): Promise<string>;
  /** Types `/migrate window` on the page and waits for the modal it opens, of these blocks. */
  openModal(page: Page, blocks: object[]): Promise<void>;
  /** What the next submitted modal holds. */
  nextSubmission(): Promise<Submission>;
  stop(): Promise<void>;
};

type Submission = { readonly [blockId: string]: { readonly [actionId: string]: ViewStateValue } };

/** The local Slack with a Bolt app that answers `/migrate`, and a browser: what can be seen of the page without a database. */
export async function aStage(options: Partial<SlackOptions> = {}): Promise<Stage> {
  const people = PEOPLE.map(({ id, name, roles }) => ({ id, name, real_name: name, roles: [...roles] }));
  const channels = ['deployments', 'general'];
  const usual = { people, channels, commands: [COMMAND], appIn: ['deployments'], rateLimits: false, ...TOKENS };
  const slack = await startSlack({ ...usual, ...options });
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
  const app = new App({ token: TOKENS.botToken, appToken: TOKENS.appToken, socketMode: true, logLevel: LogLevel.ERROR, clientOptions });
  let window: object[] = [];
  let submitted: (values: Submission) => void = () => undefined;
  app.command('/migrate', async ({ ack, command, client }) => {
    if (command.text !== 'window') return ack(`Heard ${command.text}.`);
    await ack();
    const title = { type: 'plain_text', text: 'Window' } as const;
    const view = { type: 'modal', callback_id: 'window', title, submit: title, blocks: window as KnownBlock[] } as const;
    await client.views.open({ trigger_id: command.trigger_id, view });
  });
  app.view('window', async ({ ack, view }) => {
    await ack();
    submitted(view.state.values);
  });
  await app.start();
  const browser: Browser = await openBrowser();
  return {
    slack,
    async open({ width, height, colorScheme = 'light' }) {
      const page = await browser.newPage({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
        timezoneId: 'Europe/Berlin',
        locale: 'en-GB',
      });
      page.setDefaultTimeout(10_000);
      await page.goto(slack.url);
      await page.locator('#main h1').waitFor();
      return page;
    },
    async post(golden, thread) {
      const file = new URL(`../slack/golden/${golden}.json`, import.meta.url);
      const { text, blocks } = JSON.parse(readFileSync(file, 'utf8')) as { text: string; blocks: KnownBlock[] };
      const place = thread === undefined ? {} : { thread_ts: thread };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
      const { ts = '' } = await app.client.chat.postMessage({ channel: 'deployments', text, blocks, ...place });
      return ts;
    },
    async say({ text, attachments }) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
      const { ts = '' } = await app.client.chat.postMessage({
        channel: 'deployments',
        text,
        attachments,
      });
      return ts;
    },
    async openModal(page, blocks) {
      window = blocks;
      await page.locator('#main textarea').fill('/migrate window');
      await page.locator('#main textarea').press('Enter');
      await page.locator('dialog.modal[open]').waitFor();
    },
    nextSubmission: () =>
      new Promise((resolve) => {
        submitted = resolve;
      }),
    async stop() {
      await browser.close();
      await app.stop();
      await slack.stop();
    },
  };
}
