import { hostname } from 'node:os';
import { schedule } from 'node-cron';
import { registerHandlers } from '../../handlers/index.ts';
import { connectServices, prepareLedger, type App } from '../app.ts';
import { stopwatch } from '../clock.ts';
import type { Config, Secrets } from '../config/config.ts';
import { openLog } from '../log.ts';
import type { Log } from '../ports.ts';
import { slackApp, type SlackApp, type SlackSettings } from '../slack/bolt.ts';
import { members } from '../slack/members.ts';
import { publisher, type Publisher } from '../slack/publisher.ts';
import { revisePlans } from '../usecases/revise.ts';
import { viewRun } from '../usecases/status.ts';
import { VERSION } from '../version.ts';
import { keepBeating } from './beat.ts';
import { untilStopped } from './signals.ts';

/** The bot: listens to Slack, keeps its messages equal to the ledger, and looks whether open plans are still what was approved. */
export async function runBot(config: Config, secrets: Secrets): Promise<void> {
  const log = openLog('bot');
  const stop = untilStopped();
  await prepareLedger(secrets.ledger.reveal());
  const services = connectServices(config, secrets, log);
  const { app, messages } = connectSlack(services, { config, secrets, log });
  const feed = await services.ledger.listen((runId) => messages.poke(runId));
  const beating = keepBeating(services, { name: `${hostname()}:${process.pid}`, role: 'bot', pid: process.pid, version: VERSION });
  // Ticks only: what is due lies in the ledger, so a missed tick loses nothing.
  const ticks = [
    schedule('* * * * * *', () => messages.tick(), { noOverlap: true }),
    schedule(
      '*/2 * * * * *',
      () => revisePlans(services).catch((error: unknown) => log.warn({ error: String(error) }, 'open plans were not looked at')),
      { noOverlap: true },
    ),
  ];
  await app.start();
  log.info({ channel: config.slack.channel }, 'bot ready');
  await new Promise((resolve) => {
    stop.addEventListener('abort', resolve, { once: true });
  });
  for (const tick of ticks) await tick.stop();
  beating.stop();
  await app.stop();
  await messages.stop();
  await feed.close();
  await services.close();
}

/** Bolt with our listeners on one side, the publisher on the other; both meet only in the ledger. */
function connectSlack(
  services: App,
  { config, secrets, log }: { config: Config; secrets: Secrets; log: Log },
): { app: SlackApp; messages: Publisher } {
  const elapsedMs = stopwatch();
  const parts: { messages: Publisher | null } = { messages: null };
  const app: SlackApp = slackApp({
    settings: slackSettings(config, secrets),
    log,
    register: (bolt, team) => {
      const poke = (runId: string) => parts.messages?.poke(runId);
      const membership = (userId: string) => whoIs(userId);
      registerHandlers(bolt, { services, poke, membership, team });
    },
  });
  const whoIs = members({ client: app.interactive, log, elapsedMs });
  const messages = publisher({
    ledger: services.ledger,
    view: (runId) => viewRun(services, runId),
    client: app.background,
    channel: config.slack.channel,
    people: services.people,
    log,
    elapsedMs,
  });
  parts.messages = messages;
  return { app, messages };
}

function slackSettings({ slack }: Config, { slack: secret }: Secrets): SlackSettings {
  const base = { apiUrl: slack.apiUrl, botToken: secret.botToken.reveal() };
  if (slack.mode === 'http') return { ...base, mode: 'http', signingSecret: secret.signingSecret?.reveal() ?? '', port: slack.port };
  return { ...base, mode: 'socket', appToken: secret.appToken?.reveal() ?? '' };
}
