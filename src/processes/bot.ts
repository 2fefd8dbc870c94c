import { hostname } from 'node:os';
import { schedule } from 'node-cron';
import { homeView } from '../../handlers/home-view.ts';
import { registerHandlers } from '../../handlers/index.ts';
import { connectServices, prepareLedger, type App } from '../app.ts';
import { stopwatch } from '../clock.ts';
import type { Config, Secrets } from '../config/config.ts';
import { openLog } from '../log.ts';
import type { Log, Seat } from '../ports.ts';
import { pngOf } from '../slack/chart.ts';
import { slackApp, type SlackApp, type SlackSettings } from '../slack/bolt.ts';
import { homes, type Homes } from '../slack/homes.ts';
import { members } from '../slack/members.ts';
import { publisher, type Publisher } from '../slack/publisher.ts';
import { permalink } from '../slack/render/elsewhere.ts';
import { recordNotice } from '../usecases/notice.ts';
import { revisePlans } from '../usecases/revise.ts';
import { viewRun } from '../usecases/status.ts';
import { VERSION } from '../version.ts';
import { keepApi } from './api.ts';
import { keepBeating } from './beat.ts';
import { untilStopped } from './signals.ts';
import { endWhenUncaught } from './uncaught.ts';

/** Readings of each metric in a chart: ten minutes, one a second. */
const CHART_SAMPLES = 600;

/** The bot: listens to Slack, keeps its messages equal to the ledger, and looks whether open plans are still what was approved. */
export async function runBot(config: Config, secrets: Secrets): Promise<void> {
  const log = openLog('bot');
  endWhenUncaught(log);
  const stop = untilStopped();
  await prepareLedger(secrets.ledger.reveal());
  const services = connectServices(config, secrets, log);
  // Of several bots one publishes and looks at the plans; all of them answer clicks (T25).
  const seat = services.ledger.seat('publisher');
  const { app, messages, tabs } = connectSlack(services, { config, secrets, log, seat });
  const feed = await services.ledger.listen((runId) => {
    messages.poke(runId);
    tabs.changed();
  });
  const beating = keepBeating(services, { name: `${hostname()}:${process.pid}`, role: 'bot', pid: process.pid, version: VERSION });
  // Ticks only: what is due lies in the ledger, so a missed tick loses nothing.
  const ticks = [
    schedule('* * * * * *', () => messages.tick(), { noOverlap: true }),
    schedule('* * * * * *', () => tabs.tick(), { noOverlap: true }),
    schedule('*/2 * * * * *', () => (seat.held() ? look(services) : undefined), { noOverlap: true }),
  ];
  // Before Slack is asked anything: it is another way in when Slack is away.
  const api = keepApi(services, config, secrets);
  await app.start();
  log.info({ channel: config.slack.channel }, 'bot ready');
  await new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true });
    if (stop.aborted) resolve();
  });
  for (const tick of ticks) await tick.stop();
  beating.stop();
  await api.stop();
  await messages.stop();
  await app.stop();
  await seat.close();
  await feed.close();
  await services.close();
}

async function look(services: App): Promise<void> {
  try {
    await revisePlans(services);
  } catch (error) {
    services.log.warn({ error: String(error) }, 'open plans were not looked at');
  }
}

/** Bolt with our listeners on one side, the publisher on the other; both meet only in the ledger. */
function connectSlack(
  services: App,
  { config, secrets, log, seat }: { config: Config; secrets: Secrets; log: Log; seat: Seat },
): { app: SlackApp; messages: Publisher; tabs: Homes } {
  const elapsedMs = stopwatch();
  const parts: { messages: Publisher | null } = { messages: null };
  const address = () => app.address();
  const app: SlackApp = slackApp({
    settings: slackSettings(config, secrets),
    log,
    register: (bolt, team) => {
      const poke = (runId: string) => parts.messages?.poke(runId);
      const shown = async (runId: string, version: number) => (await parts.messages?.shown(runId, version)) ?? false;
      const membership = (userId: string) => whoIs(userId);
      const lastKnown = (userId: string) => whoIs.lastKnown(userId);
      const homeOpened = (userId: string) => tabs.opened(userId);
      registerHandlers(bolt, { services, poke, shown, membership, lastKnown, team, address, homeOpened });
    },
  });
  const whoIs = members({ client: app.interactive, log, elapsedMs });
  const messages = publisher({
    ledger: services.ledger,
    view: (runId) => viewRun(services, runId),
    client: app.background,
    pictures: { client: app.background, samples: (runId) => services.ledger.recent(runId, CHART_SAMPLES), png: pngOf },
    channel: config.slack.channel,
    people: services.people,
    publishes: () => seat.held(),
    address: (place) => permalink(app.address(), place),
    told: async (runId, notice) => void (await recordNotice(services, { runId, channel: config.slack.channel, notice })),
    log,
    elapsedMs,
  });
  parts.messages = messages;
  const health = () => ({ connections: app.connected(), trouble: messages.trouble(), version: VERSION });
  const draw = (userId: string) => homeView({ services, address, health }, userId);
  const tabs = homes({ client: app.background, draw, log, elapsedMs });
  return { app, messages, tabs };
}

function slackSettings({ slack }: Config, { slack: secret }: Secrets): SlackSettings {
  const base = { apiUrl: slack.apiUrl, botToken: secret.botToken.reveal() };
  if (slack.mode === 'http') return { ...base, mode: 'http', signingSecret: secret.signingSecret?.reveal() ?? '', port: slack.port };
  return { ...base, mode: 'socket', appToken: secret.appToken?.reveal() ?? '' };
}
