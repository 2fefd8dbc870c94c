import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSlack, type LocalSlack } from '../../../playground/slack/server.ts';
import { slackLogger } from '../../../src/slack/logger.ts';
import { until } from '../../support/until.ts';

const silent = () => undefined;
const QUIET = { info: silent, warn: silent, error: silent };

let slack: LocalSlack;
let client: WebClient;

beforeAll(async () => {
  slack = await startSlack({
    people: [{ id: 'U0NORA', name: 'nora', real_name: 'Nora', roles: [] }],
    channels: ['deployments'],
    commands: [],
    appIn: ['deployments'],
    botToken: 'xoxb-pictures',
    appToken: 'xapp-pictures',
    rateLimits: false,
  });
  client = new WebClient('xoxb-pictures', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: slackLogger(QUIET) });
});
afterAll(() => slack.stop());

/** Uploads a file without sharing it anywhere. */
async function upload(filename: string): Promise<string> {
  const { files } = await client.filesUploadV2({ filename, title: filename, file: Buffer.from('not looked into') });
  return (files as readonly { readonly files?: readonly { readonly id?: string }[] }[])[0]?.files?.[0]?.id ?? '';
}

/** What Slack says to a message that shows this file: `ok`, or its word. */
async function showing(id: string): Promise<string> {
  try {
    const blocks = [{ type: 'image' as const, alt_text: 'A chart.', slack_file: { id } }];
    await client.chat.postMessage({ channel: 'deployments', text: 'A chart.', blocks });
    return 'ok';
  } catch (error) {
    return (error as { data?: { error?: string } }).data?.error ?? String(error);
  }
}

it('refuses to show a picture while its file is examined, and shows it then', async () => {
  const id = await upload('chart.png');
  expect(await showing(id)).toBe('invalid_blocks');
  await until(async () => (await showing(id)) === 'ok', { what: 'the file to be examined', deadlineMs: 5_000 });
  const served = await fetch(`${slack.url}/files/${id}/picture`);
  expect(served.headers.get('content-type')).toBe('image/png');
});

it('never shows a file that is no picture, or none at all', async () => {
  const text = await upload('plan.sql');
  const picture = await upload('later.png');
  await until(async () => (await showing(picture)) === 'ok', { what: 'the later file to be examined', deadlineMs: 5_000 });
  expect(await showing(text)).toBe('invalid_blocks');
  expect(await showing('F0NOTHING0')).toBe('invalid_blocks');
});
