import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';

/** What a failed call to Slack means for the one who called. */
export type SlackFailure =
  /** Slack wants us to wait. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Nobody knows whether it happened: no answer, a server error, or an error after which Slack says it may have been applied. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** Slack said no, with this word. */
  | { readonly kind: 'refused'; readonly error: string };

/** Slack documents that after these a write may have been applied (docs.slack.dev/reference/methods/chat.postMessage). */
const MAYBE_APPLIED: readonly string[] = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];

/** Reads the error of @slack/web-api. A maintenance page arrives as a "platform error" whose word is HTML: that is no answer. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'rate_limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  if (error instanceof WebAPIPlatformError) {
    const word = error.data.error;
    if (word === 'ratelimited' || word === 'rate_limited') return { kind: 'rate_limited', retryAfterMs: 30_000 };
    if (!/^[a-z0-9_]{2,60}$/i.test(word)) return { kind: 'unknown', why: 'Slack is unavailable' };
    return MAYBE_APPLIED.includes(word) ? { kind: 'unknown', why: word } : { kind: 'refused', error: word };
  }
  if (error instanceof WebAPIHTTPError) return { kind: 'unknown', why: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: 'unknown', why: error.original.message };
  return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
}
