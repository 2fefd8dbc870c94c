import { freshBlockId } from '../identifiers.ts';
import { objectOf, textOf } from '../json.ts';
import type { Block } from '../messages.ts';

/** Blocks as Slack keeps them: each has a block_id, made up where the program gave none. */
export function withBlockIds(blocks: readonly unknown[]): Block[] {
  return blocks.map((given) => {
    const block = objectOf(given);
    return { ...block, type: textOf(block['type']), block_id: textOf(block['block_id']) || freshBlockId() };
  });
}
