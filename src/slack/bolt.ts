import { App, HTTPReceiver, type AuthorizeResult } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { systemClock } from '../clock.ts';
import type { Log } from '../ports.ts';
import { backgroundClient, interactiveClient, interactiveOptions } from './client.ts';
import { forAnotherApp, guarded } from './http-guard.ts';
import { slackLogger } from './logger.ts';
import { supervisedReceiver } from './receiver.ts';

/** How Slack reaches us, and with which secrets. */
export type SlackSettings = {
  /** Ends in `/`, e.g. `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
} & (
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly port: number }
);

export type SlackApp = {
  /** For the publisher: slow, and never in the way of a click. */
  readonly background: WebClient;
  /** For a question that a person waits for. */
  readonly interactive: WebClient;
  /** Our workspace; null until Slack has said who we are. */
  team(): string | null;
  /** The address of our workspace, e.g. `https://acme.slack.com/`; null until Slack has said it. */
  address(): string | null;
  /** Whether Slack can reach us: open sockets, or the HTTP port. */
  connected(): number;
  /** Never rejects for Slack's sake: while Slack does not answer, it goes on trying. Rejects when the HTTP port cannot be had. */
  start(): Promise<void>;
  /** Breaks off what the publisher has under way and closes the sockets; settles within two seconds. */
  stop(): Promise<void>;
};

/** Between two questions who we are: two seconds, doubled up to a minute. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Bolt with everything set that its defaults leave dangerous: no retries of posts, no conversation store, our own sockets, and
 * errors that reach the log. `register` adds the listeners. Knows nothing about runs.
 */
export function slackApp(request: {
  settings: SlackSettings;
  log: Log;
  /** Gets the app, and a way to ask which workspace we belong to. */
  register: (app: App, team: () => string | null) => void;
}): SlackApp {
  const { settings, log, register } = request;
  const { apiUrl, botToken } = settings;
  const client = { apiUrl, logger: slackLogger(log) };
  const interactive = interactiveClient(botToken, client);
  let identity: AuthorizeResult | null = null;
  let address: string | null = null;
  let appId: string | null = null;
  const transport = transportOf(settings, client, log);
  const app = new App({
    receiver: transport.receiver,
    // Bolt's own authorisation keeps the failure of its first auth.test for ever, and leaves it unhandled.
    authorize: () => Promise.resolve(identity ?? { botToken }),
    deferInitialization: true,
    convoStore: false,
    extendedErrorHandler: true,
    logger: client.logger,
    clientOptions: interactiveOptions(client),
  });
  const team = () => identity?.teamId ?? null;
  app.error(({ error }: { readonly error: Error }) => {
    log.error({ error: error.message }, 'a Slack listener failed');
    return Promise.resolve();
  });
  app.use(async ({ body, next }) => {
    if (forAnotherApp(body, appId)) return log.warn({}, 'a payload for another app was refused');
    await next();
  });
  register(app, team);
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS;
  const stopping = new AbortController();

  async function identify(): Promise<void> {
    try {
      const { user_id, bot_id, team_id, url } = await interactive.auth.test();
      address = url ?? null;
      identity = {
        botToken,
        ...(user_id && { botUserId: user_id }),
        ...(bot_id && { botId: bot_id }),
        ...(team_id && { teamId: team_id }),
      };
      if (bot_id) void whichApp(bot_id);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.warn({ retryMs, why: error instanceof Error ? error.message : String(error) }, 'Slack does not say who we are');
      timer = setTimeout(() => void identify(), retryMs);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }

  /** Slack signs for the app, and the payload names it; without the answer the signature alone decides. */
  async function whichApp(bot: string): Promise<void> {
    try {
      appId = (await interactive.bots.info({ bot })).bot?.app_id ?? null;
    } catch (error) {
      log.info({ why: error instanceof Error ? error.message : String(error) }, 'Slack does not say which app we are');
    }
  }

  return {
    background: backgroundClient(botToken, client, stopping.signal),
    interactive,
    team,
    address: () => address,
    connected: () => transport.connected(),
    start: async () => {
      await app.init();
      await identify();
      await transport.start();
    },
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await transport.stop();
    },
  };
}

type Transport = {
  readonly receiver: ReturnType<typeof supervisedReceiver> | HTTPReceiver;
  connected(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
};

function transportOf(settings: SlackSettings, client: Parameters<typeof interactiveOptions>[0], log: Log): Transport {
  if (settings.mode === 'socket') {
    const clientOptions = () => interactiveOptions(client);
    const receiver = supervisedReceiver({ appToken: settings.appToken, clientOptions, logger: client.logger, log });
    return {
      receiver,
      connected: () => receiver.open(),
      start: () => receiver.start().then(() => undefined),
      stop: () => receiver.stop().then(() => undefined),
    };
  }
  const { signingSecret, port } = settings;
  const receiver = new HTTPReceiver({ signingSecret, port, logger: client.logger, endpoints: ['/slack/events'] });
  receiver.requestListener = guarded(receiver.requestListener, { nowMs: () => Date.parse(systemClock.now()), log });
  let listening = 0;
  return {
    receiver,
    connected: () => listening,
    start: async () => {
      await receiver.start(port);
      listening = 1;
    },
    stop: async () => {
      if (listening === 0) return;
      listening = 0;
      await receiver.stop();
    },
  };
}
