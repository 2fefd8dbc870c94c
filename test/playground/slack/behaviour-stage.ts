import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Bolt5 from '@slack/bolt';
import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/web-api';
import { afterEach, beforeEach } from 'vitest';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aSlack, appToken, botToken, control } from './bolt.ts';
import type { Answer } from './bolt.ts';

/** One version of Bolt with the client stack it brings: 5 speaks fetch and undici's sockets, 4 speaks axios and ws. */
export type Bolt = Pick<typeof Bolt5, 'App' | 'HTTPReceiver' | 'LogLevel' | 'SocketModeReceiver'>;

type Said = { readonly ts: string; readonly text: string; readonly user: string } & Record<string, unknown>;

/** A local Slack and an unmodified app of that version in it, and Maya, who types, clicks and looks. */
export type Stage = {
  readonly slack: () => LocalSlack;
  readonly start: (listen: (app: App) => void) => Promise<App>;
  readonly startOverHttp: (listen: (app: App) => void) => Promise<App>;
  /** Moves the stopwatch behind trigger ids and rate limits to `ms`. */
  readonly elapse: (ms: number) => void;
  readonly act: (what: string, given: object) => Promise<Answer>;
  readonly slash: (text?: string) => Promise<Answer>;
  readonly whispers: () => Promise<Said[]>;
  readonly shown: (thread?: string) => Promise<Said[]>;
  readonly modal: () => Promise<{ view: ModalView & { id: string }; stack: number }>;
  readonly home: () => Promise<unknown>;
};

const signingSecret = 'a-local-secret';
const maya = { user: 'maya', channel: 'deployments' };

/** Sets the stage anew for each test of the surrounding `describe`, and clears it afterwards. */
export function aStage(bolt: Bolt): Stage {
  let slack: LocalSlack;
  let apps: App[] = [];
  let elapsed = 0;

  beforeEach(() => {
    apps = [];
    elapsed = 0;
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await slack.stop();
  });

  const open = async (options: Partial<SlackOptions> = {}): Promise<void> => {
    slack = await aSlack({ elapsedMs: () => elapsed, ...options });
  };
  const clientOptions = (): object => ({ slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
  const logLevel = bolt.LogLevel.ERROR;

  function appWith(receiver: Bolt5.Receiver, listen: (app: App) => void): App {
    const app = new bolt.App({ token: botToken, receiver, clientOptions: clientOptions(), logLevel });
    listen(app);
    apps.push(app);
    return app;
  }

  const look = async (what: string): Promise<Record<string, unknown>> => (await control(slack, what)).body;

  return {
    slack: () => slack,
    async start(listen) {
      await open();
      const installerOptions = { clientOptions: clientOptions() };
      const app = appWith(new bolt.SocketModeReceiver({ appToken, clientPingTimeout: 300, logLevel, installerOptions }), listen);
      await app.start();
      await until(() => slack.sockets() > 0, { what: 'the socket' });
      return app;
    },
    async startOverHttp(listen) {
      const port = await freePort();
      await open({ http: { url: `http://127.0.0.1:${port}/slack/events`, signingSecret } });
      const app = appWith(new bolt.HTTPReceiver({ signingSecret, port, endpoints: ['/slack/events'], logLevel }), listen);
      await app.start(port);
      return app;
    },
    elapse: (ms) => void (elapsed = ms),
    act: (what, given) => control(slack, what, { ...maya, ...given }),
    slash: (text = '/migrate plan') => control(slack, 'slash', { ...maya, text }),
    whispers: async () => (await look('ephemerals?user=maya'))['ephemerals'] as Said[],
    async shown(thread) {
      const where = thread === undefined ? '' : `&thread_ts=${thread}`;
      return (await look(`messages?channel=deployments${where}`))['messages'] as Said[];
    },
    home: async () => (await look('view?user=maya&home'))['home'],
    modal: async () => (await look('view?user=maya')) as { view: ModalView & { id: string }; stack: number },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return port;
}
