import type { Logger } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';

/** How long a call that somebody waits for may take: a trigger lives for three seconds. */
const INTERACTIVE_MS = 3_000;
/** How long a call that nobody waits for may take. */
const BACKGROUND_MS = 8_000;

export type ClientSettings = { readonly apiUrl: string; readonly logger: Logger };

/**
 * Options for calls that a person waits for. A fresh object at every call, because Slack's packages write into what they are given.
 * No retries and no waiting for rate limits: a retried post is a duplicate, and a late modal is none.
 */
export function interactiveOptions({ apiUrl, logger }: ClientSettings): WebClientOptions {
  return { slackApiUrl: apiUrl, logger, timeout: INTERACTIVE_MS, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
}

/**
 * A client of its own for the publisher: one rate limit stops the whole queue of a client, and no click may stand in that queue.
 * `stopping` breaks off the call under way; whether it was carried out is then unknown.
 */
export function backgroundClient(token: string, settings: ClientSettings, stopping: AbortSignal, timeout = BACKGROUND_MS): WebClient {
  const stoppable: typeof fetch = (url, init) => {
    const signals = init?.signal == null ? [stopping] : [init.signal, stopping];
    return fetch(url, { ...init, signal: AbortSignal.any(signals) });
  };
  return new WebClient(token, { ...interactiveOptions(settings), timeout, fetch: stoppable });
}

/** For asking who somebody is, and who we are. */
export function interactiveClient(token: string, settings: ClientSettings): WebClient {
  return new WebClient(token, interactiveOptions(settings));
}
