import { createHmac } from 'node:crypto';
import { epochSeconds } from './time.ts';

/** A request as Slack signs it. Kept as a value, it can be sent twice: that is a replay. */
export type SignedRequest = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** `v0=HMAC-SHA256(secret, "v0:<timestamp>:<body>")`, in hex (docs.slack.dev/authentication/verifying-requests-from-slack). */
function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/**
 * Signs a body for an address. `timestamp` is in epoch seconds: now unless told, so that a request can be made stale or come
 * from the future; another `secret` makes a forged one.
 */
export function signed(request: {
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}): SignedRequest {
  const { url, secret, body, contentType, timestamp = epochSeconds(), headers = {} } = request;
  return {
    url,
    body,
    headers: {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': signatureOf(secret, timestamp, body),
      ...headers,
    },
  };
}

/** Sends it. The answer is whatever the program says; a connection that fails throws. */
export function sendSigned({ url, headers, body }: SignedRequest, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body, redirect: 'error', ...(signal ? { signal } : {}) });
}
