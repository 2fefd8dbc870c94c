import type { App } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, control, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let bolt: App | undefined;

async function start(listen: (app: App) => void, options: Partial<SlackOptions> = {}): Promise<void> {
  slack = await aSlack(options);
  bolt = await aBolt(slack, listen);
}

afterEach(async () => {
  await bolt?.stop();
  bolt = undefined;
  await slack.stop();
});

const typed = { user: 'maya', channel: 'deployments', text: '/migrate plan for @sam in #general' };

describe('slash commands', () => {
  it('answers with the acknowledgement and its time, and the text becomes an ephemeral of that person', async () => {
    let heard: Record<string, unknown> = {};
    await start((app) =>
      app.command('/migrate', async ({ ack, command }) => {
        heard = command;
        await ack('Planning.');
      }),
    );
    const { body } = await control(slack, 'slash', typed);
    expect(body).toMatchObject({ ok: true, acknowledged: true, ack: { text: 'Planning.' } });
    expect(body['ms']).toBeGreaterThan(0);
    expect(heard).toMatchObject({ command: '/migrate', user_id: 'U0MAYA', channel_name: 'deployments' });
    expect(heard['text']).toMatch(/^plan for <@U0SAM\|sam> in <#C\w+\|general>$/);
    const mine = await control(slack, 'ephemerals?user=maya');
    expect(mine.body).toMatchObject({ ephemerals: [{ text: 'Planning.' }] });
    const hers = await control(slack, 'ephemerals?user=sam');
    expect(hers.body).toEqual({ ephemerals: [] });
  });

  it('shows an in_channel answer to everybody, with what was typed', async () => {
    await start((app) => app.command('/migrate', ({ ack }) => ack({ response_type: 'in_channel', text: 'All quiet.' })));
    await control(slack, 'slash', { ...typed, text: '/migrate status' });
    const { body } = await control(slack, 'messages?channel=deployments');
    expect(body).toMatchObject({ messages: [{ user: 'U0MAYA', text: '/migrate status' }, { text: 'All quiet.' }] });
  });

  it("uses Slack's words when the program never acknowledges", async () => {
    await start((app) => app.command('/migrate', async () => undefined), { ackWithinMs: 120 });
    const { body } = await control(slack, 'slash', typed);
    expect(body).toMatchObject({ ok: false, acknowledged: false, ack: null, error: '/migrate failed with the error "operation_timeout"' });
    expect(body['ms']).toBeGreaterThanOrEqual(115);
  });

  it('fails at once when the program has no socket', async () => {
    slack = await aSlack();
    const { body } = await control(slack, 'slash', typed);
    expect(body).toMatchObject({ ok: false, acknowledged: false, error: '/migrate failed with the error "dispatch_failed"' });
  });

  it.each([
    ['an unknown user', { user: 'nobody' }, 'There is no user "nobody" in this workspace.'],
    ['a deactivated user', { user: 'oskar' }, 'oskar is deactivated and can do nothing.'],
    ['an unknown channel', { channel: 'nowhere' }, 'There is no channel "nowhere" in this workspace.'],
    ['an undeclared command', { text: '/deploy now' }, '/deploy is not a valid command.'],
  ])('refuses %s with 400 and does not bother the program', async (_, change, error) => {
    let heard = 0;
    await start((app) =>
      app.command(/.*/, async ({ ack }) => {
        heard += 1;
        await ack();
      }),
    );
    const answer = await control(slack, 'slash', { ...typed, ...change });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_arguments', acknowledged: false } });
    expect(sentencesOf(answer)).toEqual([error]);
    expect(heard).toBe(0);
  });
});
