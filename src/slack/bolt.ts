import { App, HTTPReceiver, type AuthorizeResult } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Log } from '../ports.ts';
import { backgroundClient, interactiveClient, interactiveOptions } from './client.ts';
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
  /** Whether Slack can reach us: open sockets, or the HTTP port. */
  connected(): number;
  /** Never rejects for Slack's sake: while Slack does not answer, it goes on trying. Rejects when the HTTP port cannot be had. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const RETRY_MS = 2_000;

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
  register(app, team);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function identify(): Promise<void> {
    try {
      const { user_id, bot_id, team_id } = await interactive.auth.test();
      identity = {
        botToken,
        ...(user_id && { botUserId: user_id }),
        ...(bot_id && { botId: bot_id }),
        ...(team_id && { teamId: team_id }),
      };
    } catch (error) {
      log.warn({ retryMs: RETRY_MS, why: error instanceof Error ? error.message : String(error) }, 'Slack does not say who we are');
      if (!stopped) timer = setTimeout(() => void identify(), RETRY_MS);
    }
  }

  return {
    background: backgroundClient(botToken, client),
    interactive,
    team,
    connected: () => transport.connected(),
    start: async () => {
      await app.init();
      await identify();
      await transport.start();
    },
    stop: async () => {
      stopped = true;
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
