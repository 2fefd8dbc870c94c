import type { Context } from 'hono';
import { isRejected } from '../interactions/outcome.ts';
import type { Outcome, Rejected } from '../interactions/outcome.ts';
import type { Json } from '../json.ts';
import { bodyOf } from './found.ts';

/** Slack's own shape for arguments it cannot use, with the sentences that say why; `more` is what would have been right. */
export function invalid(c: Context, sentences: readonly string[], status: 400 | 404 = 400, more: Json = {}): Response {
  const messages = sentences.map((sentence) => `[ERROR] ${sentence}`);
  return c.json({ ok: false, error: 'invalid_arguments', response_metadata: { messages }, ...more }, status);
}

/** What became of a person's act. One that never reached the program is told as invalid arguments. */
export function answer(c: Context, result: Outcome | Rejected): Response {
  if (!isRejected(result)) return c.json(result);
  const { status, error, ...more } = result;
  return invalid(c, [error], status, { acknowledged: false, ack: null, ms: 0, ...more });
}

/** A route that takes a JSON object. */
export function taking(handle: (c: Context, given: Json) => Response | Promise<Response>): (c: Context) => Promise<Response> {
  return async (c) => {
    const given = await bodyOf(c.req);
    return given ? handle(c, given) : invalid(c, ['The body must be a JSON object.']);
  };
}
