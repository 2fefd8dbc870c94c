import type { HomeView } from '@slack/types';
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { homes } from '../../src/slack/homes.ts';

type Published = { readonly user_id: string; readonly hash?: string };

/** Home tabs with a stopwatch in our hand and a Slack that can refuse. */
function aTab() {
  const published: Published[] = [];
  const logged: string[] = [];
  const failures: Error[] = [];
  const world = { text: 'one', atMs: 0 };
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const tabs = homes({
    client: {
      views: {
        publish: async ({ user_id, hash }) => {
          published.push({ user_id, ...(hash === undefined ? {} : { hash }) });
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          return { view: { hash: `hash ${published.length}` } };
        },
      },
    },
    draw: async (user) =>
      ({ type: 'home', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `${user} ${world.text}` } }] }) satisfies HomeView,
    log: { info: write, warn: write, error: write },
    elapsedMs: () => world.atMs,
  });
  const later = async (ms: number) => {
    world.atMs += ms;
    await tabs.tick();
  };
  return { tabs, world, published, logged, failures, later };
}

const DAY_MS = 86_400_000;
const refusal = (error: string) => new WebAPIPlatformError({ ok: false, error });

describe('R12 Home tabs', () => {
  it('are drawn at once when they are opened, and again only when something in them has changed', async () => {
    const { tabs, world, published, later } = aTab();
    await tabs.opened('U1');
    tabs.changed();
    await later(3_000);
    expect(published).toEqual([{ user_id: 'U1' }]);
    world.text = 'two';
    tabs.changed();
    await later(3_000);
    expect(published).toEqual([{ user_id: 'U1' }, { user_id: 'U1', hash: 'hash 1' }]);
  });

  it('are drawn at most every three seconds however much changes, and every thirty without a word', async () => {
    const { tabs, world, published, later } = aTab();
    await tabs.opened('U1');
    await later(0);
    for (let second = 0; second < 9; second += 1) {
      world.text = `change ${second}`;
      tabs.changed();
      await later(1_000);
    }
    expect(published).toHaveLength(1 + 3);
    world.text = 'the worker is silent';
    await later(29_000);
    expect(published).toHaveLength(4);
    await later(1_000);
    expect(published).toHaveLength(5);
  });

  it('of those who have not looked for a day are left alone', async () => {
    const { tabs, world, published, later } = aTab();
    await tabs.opened('U1');
    world.text = 'two';
    await later(DAY_MS + 1);
    expect(published).toHaveLength(1);
  });

  it('T21 that are switched off in the settings are said once and never tried again', async () => {
    const { tabs, published, logged, failures, later } = aTab();
    failures.push(refusal('not_enabled'));
    await tabs.opened('U1');
    await tabs.opened('U2');
    tabs.changed();
    await later(60_000);
    expect(published).toHaveLength(1);
    expect(logged).toEqual([expect.stringContaining('the Home tab is switched off')]);
  });

  it('T21 that somebody else has changed meanwhile are published over, without the old hash', async () => {
    const { tabs, world, published, failures, later } = aTab();
    await tabs.opened('U1');
    world.text = 'two';
    tabs.changed();
    failures.push(refusal('hash_conflict'));
    await later(3_000);
    await later(3_000);
    expect(published.map(({ hash }) => hash)).toEqual([undefined, 'hash 1', undefined]);
  });

  it('T21 wait as long as Slack asks, for everybody, and then show the newest', async () => {
    const { tabs, world, published, failures, later } = aTab();
    failures.push(new WebAPIRateLimitedError(30));
    await tabs.opened('U1');
    await tabs.opened('U2');
    world.text = 'two';
    await later(29_000);
    expect(published).toHaveLength(1);
    await later(2_000);
    expect(published.map(({ user_id }) => user_id)).toEqual(['U1', 'U1', 'U2']);
  });

  it('T21 whose publication fails never reject, and are tried again', async () => {
    const { tabs, published, failures, logged, later } = aTab();
    failures.push(new Error('socket hang up'));
    await expect(tabs.opened('U1')).resolves.toBeUndefined();
    await later(30_000);
    expect(published).toHaveLength(2);
    expect(logged).toHaveLength(1);
  });
});
