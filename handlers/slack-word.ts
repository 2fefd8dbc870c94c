import { WebAPIRateLimitedError } from '@slack/web-api';

/** Slack's word for why a call failed, e.g. `not_found`; empty when there was no answer. Both shapes of a dead trigger are one word here. */
export function slackWord(error: unknown): string {
  if (!(error instanceof Error) || !('data' in error) || typeof error.data !== 'object' || error.data === null) return '';
  const { error: word, response_metadata: metadata } = error.data as { error?: unknown; response_metadata?: { messages?: unknown } };
  if (typeof word !== 'string') return '';
  const dead = word === 'invalid_arguments' && JSON.stringify(metadata?.messages ?? '').includes('trigger_id');
  return dead ? 'expired_trigger_id' : word;
}

/** Slack documents that after these something may have been done. */
const UNSURE: readonly string[] = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];

/** Whether a failed call may have done its work all the same: no answer came, one that is no answer, or one that leaves it open. */
export function mayBeDone(error: unknown): boolean {
  const word = slackWord(error);
  return !(error instanceof WebAPIRateLimitedError) && (!/^[a-z0-9_]{2,60}$/i.test(word) || UNSURE.includes(word));
}
