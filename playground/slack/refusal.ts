import type { Json } from './json.ts';

/** What a Web API method answers. Slack says no with HTTP 200 and `ok: false`. */
export type Answer = ({ readonly ok: true } & Json) | ({ readonly ok: false; readonly error: string } & Json);

/** Slack's refusal: an error code, sometimes with sentences that point into the arguments. */
export function refuse(error: string, messages: readonly string[] = []): Answer {
  if (messages.length === 0) return { ok: false, error };
  return { ok: false, error, errors: messages, response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) } };
}
