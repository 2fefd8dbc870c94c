import { keptAttachments } from '../attachments.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import { flagOf, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refusedAttachments, refusedBlocks } from '../methods/posting.ts';
import type { Slack } from '../slack.ts';
import type { ResponsePlace } from '../response-urls.ts';

export type Responded = { readonly status: 200 | 400 | 404; readonly body: Json };

/** What a POST to a response_url does: replace or delete the message it came from, or say something new. */
export function respondTo(slack: Slack, path: string, given: Json): Responded {
  const place = slack.responseUrls.use(path);
  if (typeof place === 'string') return { status: 404, body: { ok: false, error: place } };
  const refusal = refusedBlocks(given['blocks']) ?? refusedAttachments(given['attachments']);
  if (refusal) return { status: 400, body: refusal };
  const original = originalOf(slack, place);
  if (flagOf(given['delete_original'])) {
    if (original) slack.messages.remove(original);
    return { status: 200, body: { ok: true } };
  }
  const text = textOf(given['text']);
  const blocks = withBlockIds(listOf(given['blocks']));
  const attachments = keptAttachments(given['attachments']);
  if (text === '' && blocks.length === 0 && attachments.length === 0) return { status: 400, body: { ok: false, error: 'no_text' } };
  if (flagOf(given['replace_original']) && original) {
    Object.assign(original, { text, blocks, attachments });
    slack.messages.changed(original);
    return { status: 200, body: { ok: true } };
  }
  const thread = textOf(given['thread_ts']);
  const said = { channel: place.channel, text, blocks, attachments, ...(thread === '' ? {} : { thread_ts: thread }) };
  if (given['response_type'] === 'in_channel') slack.messages.post(said);
  else slack.messages.whisper({ ...said, user: place.user });
  return { status: 200, body: { ok: true } };
}

function originalOf(slack: Slack, { channel, ts }: ResponsePlace): ReturnType<Slack['messages']['find' | 'findEphemeral']> {
  if (ts === undefined) return undefined;
  return slack.messages.find(channel, ts) ?? slack.messages.findEphemeral(channel, ts);
}
