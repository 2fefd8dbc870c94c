import { app } from '../identifiers.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import { problemsOfBlocks, sentences, tooMuchText } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';

export type Content = { readonly text: string; readonly blocks: Block[]; readonly metadata?: Json };

const textLimit = 40_000;
const metadataLimit = 16_000;

/** Where a message goes: a channel by id or name, a person by id (their direct message), if the app may post there. */
export function postable(slack: Slack, wanted: string): { readonly channel: Channel } | { readonly refusal: Answer } {
  const person = slack.workspace.people.find((candidate) => candidate.id === wanted && candidate.deleted !== true);
  const channel = person ? slack.workspace.direct(person) : slack.workspace.channel(wanted);
  if (!channel) return { refusal: refuse('channel_not_found') };
  if (channel.archived) return { refusal: refuse('is_archived') };
  if (!channel.members.has(app.botUserId)) return { refusal: refuse('not_in_channel') };
  return { channel };
}

/** What a message says, judged by Block Kit's limits. `extra` is what may stand in for text and blocks (files). */
export function contentOf(args: Json): { readonly content: Content } | { readonly refusal: Answer } {
  const blocks = args['blocks'];
  const text = textOf(args['text']).slice(0, textLimit);
  const refusal = refusedBlocks(blocks) ?? refusedMetadata(args['metadata']);
  if (refusal) return { refusal };
  const list = listOf(blocks);
  if (text === '' && list.length === 0 && listOf(args['attachments']).length === 0) return { refusal: refuse('no_text') };
  const metadata = isObject(args['metadata']) ? { metadata: args['metadata'] } : {};
  return { content: { text, blocks: withBlockIds(list), ...metadata } };
}

/** invalid_blocks_format, invalid_blocks or msg_blocks_too_long; undefined when the blocks are fine or absent. */
export function refusedBlocks(blocks: unknown): Answer | undefined {
  if (blocks === undefined || blocks === '') return undefined;
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format');
  const problems = problemsOfBlocks(blocks, 'message');
  if (problems.length > 0) return refuse('invalid_blocks', sentences(problems));
  return tooMuchText(blocks) ? refuse('msg_blocks_too_long') : undefined;
}

export function refusedMetadata(metadata: unknown): Answer | undefined {
  if (metadata === undefined || metadata === '') return undefined;
  const wellFormed = isObject(metadata) && typeof metadata['event_type'] === 'string' && isObject(metadata['event_payload']);
  if (!wellFormed) return refuse('invalid_metadata_format');
  return JSON.stringify(metadata).length > metadataLimit ? refuse('metadata_too_large') : undefined;
}
