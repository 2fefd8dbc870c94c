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

/** How long to wait when Slack says "wait" without saying how long. */
const UNSAID_MS = 30_000;

/** Reads the error of @slack/web-api. A maintenance page arrives as a "platform error" whose word is HTML: that is no answer. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'rate_limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  if (error instanceof WebAPIPlatformError) {
    const word = error.data.error;
    if (word === 'ratelimited' || word === 'rate_limited') return { kind: 'rate_limited', retryAfterMs: UNSAID_MS };
    if (!/^[a-z0-9_]{2,60}$/i.test(word)) return { kind: 'unknown', why: 'Slack is unavailable' };
    return MAYBE_APPLIED.includes(word) ? { kind: 'unknown', why: word } : { kind: 'refused', error: word };
  }
  if (error instanceof WebAPIHTTPError) return { kind: 'unknown', why: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: 'unknown', why: error.original.message };
  const why = error instanceof Error ? error.message : String(error);
  // The package has no class for a 429 without a Retry-After header, only this sentence.
  return why.startsWith('Retry header did not contain') ? { kind: 'rate_limited', retryAfterMs: UNSAID_MS } : { kind: 'unknown', why };
}

/** What a refusal concerns: nothing at all may be sent, this place takes nothing, or it is this one message. */
export type Concern = 'token' | 'place' | 'gone' | 'blocks' | 'message';

/** The token is not taken, or has too few rights: nothing else would be taken either. */
const TOKEN: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'not_allowed_token_type',
  'no_permission',
  'org_login_required',
  'team_access_not_granted',
];
/** The channel is closed to us, or the workspace forbids posting there. */
const PLACE: readonly string[] = [
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'is_inactive',
  'access_denied',
  'ekm_access_denied',
];
/** The message or its thread was deleted by somebody, or is no longer ours to edit. */
const GONE: readonly string[] = ['message_not_found', 'thread_not_found', 'cant_update_message', 'edit_window_closed'];
/** Slack does not like the blocks; the sentence alone is better than nothing. */
const BLOCKS: readonly string[] = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long'];

/** What this word of Slack's concerns; a word nobody knows concerns the message alone, so that it holds nothing else up. */
export function concernOf(error: string): Concern {
  if (TOKEN.includes(error)) return 'token';
  if (PLACE.includes(error) || isForbidden(error)) return 'place';
  if (GONE.includes(error)) return 'gone';
  return BLOCKS.includes(error) ? 'blocks' : 'message';
}

/** A rule of the workspace stands against the post or against its blocks. */
export function isForbidden(error: string): boolean {
  return error === 'ekm_access_denied' || error.startsWith('restricted_action');
}
