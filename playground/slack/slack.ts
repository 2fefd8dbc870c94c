import { openLive } from './live.ts';
import type { Live } from './live.ts';
import { openMessages } from './messages.ts';
import type { Messages } from './messages.ts';
import { openFiles } from './files.ts';
import type { Files } from './files.ts';
import type { SlackOptions } from './options.ts';
import { openProgramClock } from './program-clock.ts';
import type { ProgramClock } from './program-clock.ts';
import { openRateLimits } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { openResponseUrls } from './response-urls.ts';
import type { ResponseUrls } from './response-urls.ts';
import { openSockets } from './sockets.ts';
import type { Sockets } from './sockets.ts';
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
  readonly rateLimits: RateLimits;
  readonly sockets: Sockets;
  readonly traffic: Traffic;
  readonly live: Live;
  readonly clock: ProgramClock;
};

const tenMinutesMs = 600_000;

export function buildSlack(options: SlackOptions, baseUrl: string): Slack {
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const live = openLive();
  const clock = openProgramClock(options.clock, live);
  return {
    options,
    baseUrl,
    workspace: openWorkspace(options),
    messages: openMessages(live, () => clock.shownAt()),
    views: openViews(live),
    files: openFiles(baseUrl),
    triggers: openTriggers(elapsedMs),
    responseUrls: openResponseUrls(baseUrl, elapsedMs),
    rateLimits: openRateLimits(elapsedMs),
    sockets: openSockets({
      refreshEveryMs: options.refreshEveryMs ?? tenMinutesMs,
      ackWithinMs: options.ackWithinMs ?? 3_000,
      onCount: (open) => live.emit({ type: 'sockets', open }),
    }),
    traffic: openTraffic(options.log),
    live,
    clock,
  };
}
