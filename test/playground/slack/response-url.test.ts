import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, buttons, control, post } from './bolt.ts';

let slack: LocalSlack;
let bolt: App;
let elapsed = 0;
let url = '';

beforeEach(async () => {
  elapsed = 0;
  slack = await aSlack({ elapsedMs: () => elapsed });
  bolt = await aBolt(slack, (app) => {
    app.action('go', async ({ ack, body }) => {
      await ack();
      if ('response_url' in body) url = body.response_url;
    });
  });
  await post(bolt.client, { channel: 'deployments', text: 'card', blocks: [buttons('go')] });
  await control(slack, 'click', { user: 'sam', channel: 'deployments', ts: (await shown())[0]?.ts, action_id: 'go' });
});
afterEach(async () => {
  await bolt.stop();
  await slack.stop();
});

async function shown(): Promise<{ ts: string; text: string; blocks: unknown[] }[]> {
  return (await control(slack, 'messages?channel=deployments')).body['messages'] as { ts: string; text: string; blocks: unknown[] }[];
}

async function respond(body: object): Promise<number> {
  return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status;
}

describe('a response_url', () => {
  it('works five times and not a sixth', async () => {
    const statuses = [];
    for (let use = 0; use < 6; use += 1) statuses.push(await respond({ text: `use ${use}` }));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    const { body } = await control(slack, 'ephemerals?user=sam');
    expect(body['ephemerals']).toHaveLength(5);
  });

  it('is over after half an hour', async () => {
    elapsed = 30 * 60_000 + 1;
    expect(await respond({ text: 'late' })).toBe(404);
  });

  it('replaces and deletes the message it came from', async () => {
    await respond({ replace_original: true, text: 'Recorded.' });
    expect(await shown()).toMatchObject([{ text: 'Recorded.', blocks: [] }]);
    await respond({ delete_original: true });
    expect(await shown()).toEqual([]);
  });

  it('speaks to the channel only when asked to', async () => {
    await respond({ text: 'quietly' });
    expect(await shown()).toHaveLength(1);
    await respond({ text: 'loudly', response_type: 'in_channel' });
    expect((await shown()).map(({ text }) => text)).toEqual(['card', 'loudly']);
  });
});
