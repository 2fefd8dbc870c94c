import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../ports.ts';

/** Slack's own rule for old requests, which Bolt checks; ours is the same into the future, which it does not. */
const SKEW_SECONDS = 300;

/**
 * Put before Bolt's own check of the signature: refuses (401) what is signed more than five minutes ahead of our clock, and a signature
 * that was used before (T23). A repeated delivery by Slack is signed anew, so it passes.
 */
export function guarded(listener: RequestListener, { nowMs, log }: { readonly nowMs: () => number; readonly log: Log }): RequestListener {
  const used = new Map<string, number>();

  function refusal(request: IncomingMessage): string | null {
    const signedAt = Number(headerOf(request, 'x-slack-request-timestamp'));
    const signature = headerOf(request, 'x-slack-signature');
    const now = nowMs() / 1000;
    if (signedAt - now > SKEW_SECONDS) return 'it is signed in the future';
    for (const [old, at] of used) {
      if (now - at <= 2 * SKEW_SECONDS) break;
      used.delete(old);
    }
    if (signature === '') return null;
    if (used.has(signature)) return 'its signature was used before';
    used.set(signature, now);
    return null;
  }

  return (request, response) => {
    const why = refusal(request);
    if (why === null) {
      // A signature that Bolt finds wrong is not kept, so that nobody can fill the memory.
      response.on('finish', () => {
        if (response.statusCode === 401) used.delete(headerOf(request, 'x-slack-signature'));
      });
      return listener(request, response);
    }
    log.warn({ why }, 'a request to the Slack endpoint was refused');
    refuse(response);
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': 'text/plain' });
  response.end();
}

/** Whether a payload was made for another app: two apps may share a signing proxy or a tunnel, and one must not act for the other. */
export function forAnotherApp(body: object, appId: string | null): boolean {
  const given = 'api_app_id' in body ? body.api_app_id : undefined;
  return appId !== null && typeof given === 'string' && given !== appId;
}
