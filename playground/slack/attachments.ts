import { withBlockIds } from './block-kit/block-ids.ts';
import { isObject, listOf, objectOf } from './json.ts';
import type { Json } from './json.ts';
import type { Block } from './messages.ts';

/** A secondary attachment as it was sent, with Slack's `id` (1, 2, …); its blocks, if any, have block_ids. */
export type Attachment = Json & { readonly id: number; readonly blocks?: readonly Block[] };

/** Attachments as Slack keeps them. */
export function keptAttachments(given: unknown): Attachment[] {
  return listOf(given)
    .filter(isObject)
    .map(({ blocks, ...rest }, index) => ({
      ...rest,
      id: index + 1,
      ...(Array.isArray(blocks) ? { blocks: withBlockIds(blocks) } : {}),
    }));
}

/** Everything that can be clicked in a message: its blocks, then those of its attachments. */
export function clickableBlocks(said: { readonly blocks: readonly Block[]; readonly attachments: readonly Attachment[] }): Block[] {
  return [...said.blocks, ...said.attachments.flatMap((attachment) => attachment.blocks ?? [])];
}

/** All blocks of the attachments together, as they were sent. */
export function sentBlocks(attachments: unknown): unknown[] {
  return listOf(attachments).flatMap((attachment) => listOf(objectOf(attachment)['blocks']));
}
