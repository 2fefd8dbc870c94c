import { afterEach, describe, expect, it } from 'vitest';
import type { ClockControl, LocalSlack } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aBolt, aSlack, control, plain, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
afterEach(() => slack.stop());

function aClock(): ClockControl {
  let at = Date.parse('2026-11-22T01:00:00Z');
  const now = (): Promise<string> => Promise.resolve(new Date(at).toISOString());
  return {
    zone: 'Europe/Berlin',
    now,
    set(wish) {
      if (Number.isNaN(Date.parse(wish))) return Promise.reject(new Error(`${wish} is not a time.`));
      at = Date.parse(wish);
      return now();
    },
    advance(seconds) {
      at += seconds * 1000;
      return now();
    },
  };
}

describe('App Home', () => {
  it('sends app_home_opened and shows what the program publishes', async () => {
    slack = await aSlack();
    const bolt = await aBolt(slack, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'header', text: plain('Now') }] } });
      });
    });
    const { body } = await control(slack, 'home', { user: 'sam' });
    expect(body).toMatchObject({ acknowledged: true });
    const view = await until(async () => (await control(slack, 'view?user=sam&home=1')).body['home'], { what: 'the Home tab' });
    expect(view).toMatchObject({ type: 'home', blocks: [{ type: 'header' }] });
    await bolt.stop();
  });

  it('delivers the event again until it is acknowledged', async () => {
    slack = await aSlack({ eventDelaysMs: [0, 20, 20] });
    await control(slack, 'home', { user: 'sam' });
    const tried = async (): Promise<number> =>
      ((await control(slack, 'log')).body['log'] as { method: string }[]).filter(({ method }) => method === 'app_home_opened').length;
    await until(async () => (await tried()) === 3, { what: 'three deliveries' });
  });
});

describe('the clock', () => {
  it('is moved through the control the demo hands in', async () => {
    slack = await aSlack({ clock: aClock() });
    expect(await control(slack, 'clock', { advance_s: 900 })).toEqual({
      status: 200,
      body: { ok: true, now: '2026-11-22T01:15:00.000Z', zone: 'Europe/Berlin' },
    });
    expect((await control(slack, 'clock', { now: '2026-11-22T17:00:00Z' })).body['now']).toBe('2026-11-22T17:00:00.000Z');
  });

  it.each([
    [{ now: 'tomorrow' }, 'tomorrow is not a time.'],
    [{ advance_s: 'soon' }, 'advance_s must be a number of seconds, not "soon".'],
    [{}, 'Give either now (ISO 8601) or advance_s (seconds).'],
  ])('refuses %j with the reason', async (wish, error) => {
    slack = await aSlack({ clock: aClock() });
    const answer = await control(slack, 'clock', wish);
    expect(answer).toMatchObject({ status: 400, body: { ok: false, error: 'invalid_arguments' } });
    expect(sentencesOf(answer)).toEqual([error]);
  });

  it('cannot be moved when there is none', async () => {
    slack = await aSlack();
    expect((await control(slack, 'clock', { advance_s: 1 })).status).toBe(400);
  });
});
