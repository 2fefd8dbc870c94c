/** Slack's word for why a call failed, e.g. `not_found`; empty when there was no answer. Both shapes of a dead trigger are one word here. */
export function slackWord(error: unknown): string {
  if (!(error instanceof Error) || !('data' in error) || typeof error.data !== 'object' || error.data === null) return '';
  const { error: word, response_metadata: metadata } = error.data as { error?: unknown; response_metadata?: { messages?: unknown } };
  if (typeof word !== 'string') return '';
  const dead = word === 'invalid_arguments' && JSON.stringify(metadata?.messages ?? '').includes('trigger_id');
  return dead ? 'expired_trigger_id' : word;
}
