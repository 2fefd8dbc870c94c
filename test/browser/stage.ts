import { readFileSync } from 'node:fs';
import { App, LogLevel } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../playground/browser.ts';
import { startSlack, type LocalSlack } from '../../playground/slack/server.ts';
import { PEOPLE } from '../support/plans.ts';

const TOKENS = { botToken: 'xoxb-browser', appToken: 'xapp-browser' };
const COMMAND = { command: '/migrate', description: 'Runs migrations', usage_hint: 'plan · status [target] · help' };

export type Stage = {
  readonly slack: LocalSlack;
  /** A page of this size, with the workspace loaded. */
  open(view: { width: number; height: number; colorScheme?: 'light' | 'dark' }): Promise<Page>;
  /** Posts a golden message of the program; a reply when a thread is named. Answers its `ts`. */
  post(golden: string, thread?: string): Promise<string>;
  stop(): Promise<void>;
};

/** The local Slack with a Bolt app that answers `/migrate`, and a browser: what can be seen of the page without a database. */
export async function aStage(): Promise<Stage> {
  const people = PEOPLE.map(({ id, name, roles }) => ({ id, name, real_name: name, roles: [...roles] }));
  const channels = ['deployments', 'general'];
  const slack = await startSlack({ people, channels, commands: [COMMAND], appIn: ['deployments'], rateLimits: false, ...TOKENS });
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
  const app = new App({ token: TOKENS.botToken, appToken: TOKENS.appToken, socketMode: true, logLevel: LogLevel.ERROR, clientOptions });
  app.command('/migrate', ({ ack, command }) => ack(`Heard ${command.text}.`));
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
    async stop() {
      await browser.close();
      await app.stop();
      await slack.stop();
    },
  };
}
