import { openDeliveries } from './deliveries.ts';
import type { Deliveries } from './deliveries.ts';
import { openEvents } from './events.ts';
import type { Events } from './events.ts';
import { openFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { openHttpDelivery } from './http-delivery.ts';
import { openLive } from './live.ts';
import type { Live } from './live.ts';
import { openMessages } from './messages.ts';
import type { Messages } from './messages.ts';
import { openFiles } from './files.ts';
import type { Files } from './files.ts';
import type { SlackOptions } from './options.ts';
import { openOutage } from './outage.ts';
import type { Outage } from './outage.ts';
import { openProgramClock } from './program-clock.ts';
import type { ProgramClock } from './program-clock.ts';
import { openRateLimits } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { openResponseUrls } from './response-urls.ts';
import type { ResponseUrls } from './response-urls.ts';
import { openSockets } from './sockets.ts';
import type { Sockets } from './sockets.ts';
import { openSuggestions } from './suggestions.ts';
import type { Suggestions } from './suggestions.ts';
import { openTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';
import { openTraffic } from './traffic.ts';
import type { Traffic } from './traffic.ts';
import { openTriggers } from './triggers.ts';
import type { Triggers } from './triggers.ts';
import { openViews } from './views.ts';
import type { Views } from './views.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** All parts of the local Slack, built by hand in one place; methods and routes take what they need from it. */
export type Slack = {
  readonly options: SlackOptions;
  readonly baseUrl: string;
  readonly workspace: Workspace;
  readonly messages: Messages;
  readonly views: Views;
  readonly files: Files;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly suggestions: Suggestions;
  readonly rateLimits: RateLimits;
  readonly sockets: Sockets;
  readonly deliveries: Deliveries;
  readonly events: Events;
  readonly faults: Faults;
  readonly outage: Outage;
  readonly tokens: Tokens;
  readonly traffic: Traffic;
  readonly live: Live;
  readonly clock: ProgramClock;
  stop(): Promise<void>;
};

const tenMinutesMs = 600_000;

export function buildSlack(options: SlackOptions, baseUrl: string): Slack {
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const live = openLive();
  const clock = openProgramClock(options.clock, live);
  const { ackWithinMs = 3_000 } = options;
  const outage = openOutage((on) => {
    if (on) sockets.drop();
    live.emit({ type: 'outage', on });
  });
  const sockets = openSockets({
    refreshEveryMs: options.refreshEveryMs ?? tenMinutesMs,
    ackWithinMs,
    isAway: () => outage.isOn(),
    onCount: (open) => live.emit({ type: 'sockets', open }),
  });
  const traffic = openTraffic({ log: options.log, onEntry: (entry) => live.emit({ type: 'traffic', entry }) });
  const http = options.http && openHttpDelivery(options.http, ackWithinMs, traffic);
  const deliveries = openDeliveries({ deliver: (envelope) => (http ?? sockets).deliver(envelope), outage, traffic });
  const { events: subscribed = ['app_home_opened'], eventDelaysMs: delaysMs } = options;
  const events = openEvents({ deliveries, subscribed, delaysMs, overHttp: http !== undefined });
  return {
    options,
    baseUrl,
    workspace: openWorkspace(options),
    messages: openMessages(live, () => clock.shownAt()),
    views: openViews(live),
    files: openFiles(baseUrl),
    triggers: openTriggers(elapsedMs),
    responseUrls: openResponseUrls(baseUrl, elapsedMs),
    suggestions: openSuggestions(),
    rateLimits: openRateLimits(elapsedMs),
    sockets,
    deliveries,
    events,
    faults: openFaults((faults) => live.emit({ type: 'faults', faults })),
    outage,
    tokens: openTokens(),
    traffic,
    live,
    clock,
    async stop() {
      clock.stop();
      events.stop();
      http?.stop();
      await sockets.stop();
    },
  };
}
